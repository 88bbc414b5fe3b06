-- A supplement's rows that a primary's new rows repeat: withdrawn, kept as revisions.
CREATE OR REPLACE TEMP TABLE repeating AS
SELECT s.rowid AS place, p.next_batch_id, p.next_row_number
FROM $record s
JOIN (
    SELECT $match, min(batch_id) AS next_batch_id, min(row_number) AS next_row_number FROM $record
    WHERE batch_id = $$batch GROUP BY ALL
) p USING ($match)
WHERE s.batch_id IN (
    SELECT batch_id FROM snapshot.quality.batch
    WHERE source = $$source AND table_name = $$table AND role = 'supplement' AND batch_id < $$batch
);
INSERT INTO removed
SELECT $$table, batch_id, row_number FROM $record WHERE rowid IN (SELECT place FROM repeating);
INSERT INTO $revision ($columns, batch_id, row_number, superseded_by_batch_id, superseded_by_row_number, changed_columns)
SELECT $columns_r, r.batch_id, r.row_number, repeating.next_batch_id, repeating.next_row_number, CAST([] AS VARCHAR[])
FROM (SELECT rowid AS place, * FROM $record) r JOIN repeating USING (place);
DELETE FROM $record WHERE rowid IN (SELECT place FROM repeating)
