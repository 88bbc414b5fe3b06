-- The rows of a view by the Party branch of their unit, where the unit carries the kind.
SELECT view_row.*, unit.party_branch AS group_id
FROM ($rows) AS view_row
JOIN record.org_unit AS unit ON unit.unit_id = view_row.unit_id AND list_contains(unit.integrity_unit_kinds, $tag)
WHERE $where
