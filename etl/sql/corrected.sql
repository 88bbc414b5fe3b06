-- Rows kept out whose record this run has brought in order or told again so: a delivery of the same day or after it.
CREATE OR REPLACE TEMP TABLE corrected AS
WITH moved_or_confirmed AS (
    SELECT batch_id, row_number FROM added WHERE table_name = $$table
    UNION
    SELECT batch_id, row_number FROM snapshot.quality.confirmation WHERE table_name = $$table AND by_batch_id >= $$first
),
stands AS (
    FROM $record WHERE batch_id >= $$first
    UNION ALL
    FROM $record SEMI JOIN moved_or_confirmed USING (batch_id, row_number) WHERE batch_id < $$first
)
SELECT DISTINCT q.rowid AS place, q.batch_id
FROM snapshot.quality.quarantine q
JOIN snapshot.quality.batch kept_out ON kept_out.batch_id = q.batch_id
JOIN stands r ON $same
LEFT JOIN snapshot.quality.confirmation c
    ON c.table_name = $$table AND c.batch_id = r.batch_id AND c.row_number = r.row_number
JOIN snapshot.quality.batch told ON told.batch_id = r.batch_id OR told.batch_id = c.by_batch_id
WHERE q.table_name = $$table AND NOT q.is_waiting AND told.batch_id > q.batch_id AND told.as_of >= kept_out.as_of;
DELETE FROM snapshot.quality.quarantine WHERE rowid IN (SELECT place FROM corrected)
