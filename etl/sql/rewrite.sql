-- Rewrite the contested records: the last version is current, each other a revision with what the next one changed.
-- What told an older version again supersedes what an older delivery has put between the two: its batch counts it so now.
CREATE OR REPLACE TEMP TABLE chain AS
SELECT *,
    lead(batch_id) OVER w AS next_batch_id,
    lead(row_number) OVER w AS next_row_number,
    lead(content) OVER w AS next_content
FROM timeline WHERE NOT is_unchanged
WINDOW w AS (PARTITION BY $key ORDER BY as_of, batch_id, row_number);
INSERT INTO removed SELECT $$table, batch_id, row_number FROM current_rows;
DELETE FROM $record WHERE rowid IN (SELECT place FROM current_rows);
DELETE FROM $revision r USING (SELECT DISTINCT $key FROM timeline) k WHERE $same_chain_key;
INSERT INTO $record ($columns, batch_id, row_number)
SELECT $columns, batch_id, row_number FROM chain WHERE next_batch_id IS NULL;
INSERT INTO added SELECT $$table, batch_id, row_number FROM chain WHERE next_batch_id IS NULL;
INSERT INTO $revision ($columns, batch_id, row_number, superseded_by_batch_id, superseded_by_row_number, changed_columns)
SELECT $columns, batch_id, row_number, next_batch_id, next_row_number,
    list_filter([$changed], c -> c IS NOT NULL)
FROM chain WHERE next_batch_id IS NOT NULL;
UPDATE snapshot.quality.batch b
SET unchanged_count = unchanged_count - again.rows, superseding_count = superseding_count + again.rows
FROM (SELECT batch_id, count(*) AS rows FROM chain WHERE is_again GROUP BY ALL) again WHERE b.batch_id = again.batch_id;
DELETE FROM snapshot.quality.confirmation c USING timeline t
WHERE c.table_name = $$table AND c.batch_id = t.batch_id AND c.row_number = t.row_number;
INSERT INTO snapshot.quality.confirmation
SELECT $$table, kept.place.batch_id, kept.place.row_number, again.place.batch_id, again.place.row_number
FROM (
    SELECT $key, run, max(struct_pack(as_of := as_of, batch_id := batch_id, row_number := row_number)) AS place
    FROM timeline WHERE NOT is_unchanged GROUP BY ALL
) kept
JOIN (
    SELECT $key, run, max(struct_pack(as_of := as_of, batch_id := batch_id, row_number := row_number)) AS place
    FROM timeline WHERE is_unchanged AND (is_again OR $$confirms) GROUP BY ALL
) again USING ($key, run)
WHERE again.place.as_of > kept.place.as_of
