-- The rows of a view by the units above them that carry the kind.
SELECT view_row.*, tree.ancestor_id AS group_id
FROM ($rows) AS view_row
JOIN mart.unit_tree AS tree ON tree.unit_id = view_row.unit_id
JOIN record.org_unit AS unit ON unit.unit_id = tree.ancestor_id AND list_contains(unit.integrity_unit_kinds, $tag)
WHERE $where
