-- What was counted by unit, by the Party branch of the unit, where the unit carries the kind.
INSERT INTO group_part BY NAME
SELECT part.* EXCLUDE (unit_id, cell_id), unit.party_branch AS unit_id
FROM part JOIN record.org_unit AS unit ON unit.unit_id = part.unit_id AND list_contains(unit.integrity_unit_kinds, $tag)
WHERE unit.party_branch IS NOT NULL AND list_contains($$indicators, part.indicator_id) AND part.month >= $$since
