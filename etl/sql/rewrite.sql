-- Rewrite the contested records: the last version is current, each other a revision with what the next one changed.
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
FROM chain WHERE next_batch_id IS NOT NULL
