-- Rewrite the contested records: the last version is current, each other a revision with what the next one changed.
-- What told an older version again supersedes what an older delivery has put between the two: its batch counts it so now.
CREATE OR REPLACE TEMP TABLE chain AS
SELECT *,
    lead(batch_id) OVER w AS next_batch_id,
    lead(row_number) OVER w AS next_row_number,
    lead(place) OVER w AS next_place
FROM timeline WHERE NOT is_unchanged
WINDOW w AS (PARTITION BY $key ORDER BY as_of, batch_id, row_number);
INSERT INTO removed SELECT $$table, batch_id, row_number FROM current_rows;
DELETE FROM $record WHERE rowid IN (SELECT place FROM current_rows);
DELETE FROM $revision r USING (SELECT DISTINCT $key FROM timeline) k WHERE $same_chain_key;
INSERT INTO $record ($columns, batch_id, row_number)
SELECT $columns_r, r.batch_id, r.row_number FROM chain JOIN telling r ON r.rowid = place WHERE next_place IS NULL;
INSERT INTO added SELECT $$table, batch_id, row_number FROM chain WHERE next_place IS NULL;
INSERT INTO $revision ($columns, batch_id, row_number, superseded_by_batch_id, superseded_by_row_number, changed_columns)
SELECT $columns_r, r.batch_id, r.row_number, next_batch_id, next_row_number,
    list_filter([$changed], c -> c IS NOT NULL)
FROM chain JOIN telling r ON r.rowid = place JOIN telling next ON next.rowid = next_place;
UPDATE snapshot.quality.batch b
SET unchanged_count = unchanged_count - again.rows, superseding_count = superseding_count + again.rows,
    released_unchanged_count = released_unchanged_count - again.released
FROM (
    SELECT batch_id, count(*) FILTER (NOT is_released) AS rows, count(*) FILTER (is_released) AS released
    FROM chain WHERE is_again GROUP BY ALL
) again WHERE b.batch_id = again.batch_id;
DELETE FROM snapshot.quality.confirmation c USING timeline t
WHERE c.table_name = $$table AND c.batch_id = t.batch_id AND c.row_number = t.row_number;
INSERT INTO snapshot.quality.confirmation
WITH place AS (
    SELECT $key, run, is_unchanged,
        struct_pack(as_of := as_of, batch_id := batch_id, row_number := row_number, is_released := is_released) AS place
    FROM timeline
),
kept AS (SELECT $key, run, max(place) AS place FROM place WHERE NOT is_unchanged GROUP BY ALL),
again AS (SELECT $key, run, min(place) AS first, max(place) AS last FROM place WHERE is_unchanged GROUP BY ALL),
told AS (
    SELECT kept.place AS kept, again.first AS again FROM kept JOIN again USING ($key, run)
    WHERE again.first.as_of < kept.place.as_of
    UNION ALL
    SELECT kept.place, again.last FROM kept JOIN again USING ($key, run) WHERE again.last.as_of > kept.place.as_of
)
SELECT $$table, kept.batch_id, kept.row_number, again.batch_id, again.row_number, again.is_released FROM told
