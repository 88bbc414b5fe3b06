-- What was counted by market cell.
INSERT INTO group_part BY NAME
SELECT part.* EXCLUDE (unit_id, cell_id), part.cell_id AS unit_id FROM part
WHERE part.cell_id IS NOT NULL AND list_contains($$indicators, part.indicator_id) AND part.month >= $$since
