-- Every version of the contested records, old and arriving, in the order of the source's as-of.
-- What a file does not deliver it does not change: those columns are taken over from the current version. A reference
-- that fell for want of its parent is a part of the content all the same: it comes back with the parent.
CREATE OR REPLACE TEMP TABLE taken_over AS
SELECT $$batch AS batch_id, s._row_number AS row_number, fell.column_name, fell.value, fell.rule
FROM examined_rows s JOIN contested USING (_id) JOIN current_rows r ON $same_key
JOIN fell ON fell.batch_id = r.batch_id AND fell.row_number = r.row_number
WHERE fell.column_name NOT IN ($delivered);
INSERT INTO fell
FROM taken_over
UNION
SELECT $$batch, s._row_number, f.column_name, f.value, f.rule FROM finding_cell f JOIN examined_rows s USING (_id)
WHERE f.rule LIKE 'references %' AND f.value IS NOT NULL;
CREATE OR REPLACE TEMP TABLE telling AS
WITH keys AS (SELECT DISTINCT $key FROM contested),
batches AS (SELECT batch_id, as_of FROM snapshot.quality.batch),
fallen AS (
    SELECT batch_id, row_number, map_from_entries(list_distinct(list((column_name, value)))) AS fallen
    FROM fell GROUP BY ALL
),
versions AS (
    SELECT $columns_r, r.batch_id, r.row_number, b.as_of, false AS is_new
    FROM current_rows r JOIN batches b USING (batch_id)
    UNION ALL
    SELECT $columns_r, r.batch_id, r.row_number, b.as_of, false
    FROM $revision r SEMI JOIN keys USING ($key) JOIN batches b USING (batch_id)
    UNION ALL
    SELECT $arriving, $$batch, s._row_number, $$as_of, true
    FROM examined_rows s JOIN contested c USING (_id) LEFT JOIN current_rows r ON $same_key
),
contents AS (
    SELECT versions.*, struct_pack($content) AS content
    FROM versions LEFT JOIN fallen USING (batch_id, row_number)
)
SELECT *, false AS is_again, $$is_release AS is_released FROM contents
UNION ALL
SELECT c.* REPLACE (again.by_batch_id AS batch_id, again.by_row_number AS row_number, b.as_of AS as_of), true, again.is_released
FROM contents c
JOIN snapshot.quality.confirmation again
    ON again.table_name = $$table AND again.batch_id = c.batch_id AND again.row_number = c.row_number
JOIN batches b ON b.batch_id = again.by_batch_id
WHERE NOT c.is_new;
-- Only what says where each stands goes through the windows: they would sort and copy all that it holds.
CREATE OR REPLACE TEMP TABLE timeline AS
WITH ordered AS (
    SELECT rowid AS place, lag(rowid) OVER w AS place_before,
        $key, as_of, batch_id, row_number, is_new, is_again, is_released
    FROM telling
    WINDOW w AS (PARTITION BY $key ORDER BY as_of, batch_id, row_number)
),
neighbours AS (
    SELECT ordered.*, (place_before IS NULL OR mine.content IS DISTINCT FROM before.content)::INTEGER AS is_other
    FROM ordered
    JOIN telling mine ON mine.rowid = place
    LEFT JOIN telling before ON before.rowid = place_before
),
runs AS (
    SELECT *, sum(is_other) OVER (PARTITION BY $key ORDER BY as_of, batch_id, row_number ROWS UNBOUNDED PRECEDING) AS run
    FROM neighbours
)
SELECT *,
    (is_new OR is_again) AND row_number() OVER (
        PARTITION BY $key, run ORDER BY is_new OR is_again, as_of, batch_id, row_number
    ) > 1 AS is_unchanged,
    bool_or(NOT is_new) OVER (PARTITION BY $key) AS was_known
FROM runs
