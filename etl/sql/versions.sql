-- Every version of a register with the days on which it was in force; the first reaches back to the beginning.
CREATE OR REPLACE VIEW record.$view AS
WITH versions AS (
    SELECT $columns, batch_id, row_number, NULL AS changed_columns FROM record.$table
    UNION ALL BY NAME
    SELECT $columns, batch_id, row_number, changed_columns FROM record.$revision
),
arrived AS (
    SELECT v.*, b.as_of, lag(changed_columns) OVER w AS what_changed, row_number() OVER w AS place
    FROM versions v JOIN quality.batch b USING (batch_id)
    WINDOW w AS (PARTITION BY $key ORDER BY b.as_of, v.batch_id, v.row_number)
),
started AS (
    SELECT *, CASE WHEN place = 1 THEN DATE '0001-01-01' ELSE $starts END AS in_force_from FROM arrived
)
SELECT * EXCLUDE (changed_columns, what_changed, place),
    lead(in_force_from) OVER (PARTITION BY $key ORDER BY in_force_from, place) - 1 AS in_force_to
FROM started
QUALIFY in_force_to IS NULL OR in_force_to >= in_force_from
