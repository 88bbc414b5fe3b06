-- Every version of a register whose rows state their own dates; the first reaches back to the beginning.
CREATE OR REPLACE VIEW record.$view AS
SELECT $columns, batch_id, row_number,
    CASE WHEN row_number() OVER w = 1 THEN DATE '0001-01-01' ELSE $starts END AS in_force_from,
    valid_to AS in_force_to
FROM record.$table
WINDOW w AS (PARTITION BY $owner ORDER BY valid_from)
