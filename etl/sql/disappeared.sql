-- Records of this source that a full extract no longer holds; back at once where a later delivery had told them already.
CREATE OR REPLACE TEMP TABLE delivered_keys AS SELECT DISTINCT $key FROM staged_rows;
INSERT INTO snapshot.quality.disappeared
SELECT $$table, $key_text, r.batch_id, $$batch, later.by_batch_id
FROM $record r JOIN snapshot.quality.batch b USING (batch_id)
ANTI JOIN delivered_keys USING ($key)
LEFT JOIN (
    SELECT c.batch_id, c.row_number, c.by_batch_id FROM snapshot.quality.confirmation c
    JOIN snapshot.quality.batch told ON told.batch_id = c.by_batch_id
    WHERE c.table_name = $$table AND told.as_of > $$as_of
) later ON later.batch_id = r.batch_id AND later.row_number = r.row_number
WHERE b.source = $$source AND b.input = $$input AND b.role = $$role AND b.as_of <= $$as_of
    AND NOT EXISTS (
        SELECT 1 FROM snapshot.quality.disappeared d
        WHERE d.table_name = $$table AND d.record_key = $key_text AND d.returned_batch_id IS NULL
    )
