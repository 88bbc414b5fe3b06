-- Every version of the contested records, old and arriving, in the order of the source's as-of.
-- What a file does not deliver it does not change: those columns are taken over from the current version.
CREATE OR REPLACE TEMP TABLE timeline AS
WITH keys AS (SELECT DISTINCT $key FROM contested),
batches AS (SELECT batch_id, as_of FROM snapshot.quality.batch),
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
contents AS (SELECT *, struct_pack($content) AS content FROM versions),
neighbours AS (
    SELECT *,
        content IS NOT DISTINCT FROM lag(content) OVER w AS is_like_before,
        content IS NOT DISTINCT FROM lead(content) OVER w AND NOT lead(is_new) OVER w AS is_like_after
    FROM contents
    WINDOW w AS (PARTITION BY $key ORDER BY as_of, batch_id, row_number)
)
SELECT *,
    is_new AND (is_like_before OR coalesce(is_like_after, false)) AS is_unchanged,
    bool_or(NOT is_new) OVER (PARTITION BY $key) AS was_known
FROM neighbours
