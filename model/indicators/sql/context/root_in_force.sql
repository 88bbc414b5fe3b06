-- The unit at the top of the tree, with the days on which it was.
SELECT unit_id, in_force_from, coalesce(in_force_to, DATE '9999-12-31') AS in_force_to
FROM record.org_unit_version WHERE parent_unit_id IS NULL
