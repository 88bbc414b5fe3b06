-- Records of this source that a full extract no longer holds, and those that are back.
CREATE OR REPLACE TEMP TABLE delivered_keys AS SELECT DISTINCT $key FROM staged_rows;
INSERT INTO snapshot.quality.disappeared
SELECT $$table, $key_text, r.batch_id, $$batch, NULL
FROM $record r JOIN snapshot.quality.batch b USING (batch_id)
ANTI JOIN delivered_keys USING ($key)
WHERE b.source = $$source AND b.input = $$input AND b.role = $$role AND b.as_of <= $$as_of
    AND NOT EXISTS (
        SELECT 1 FROM snapshot.quality.disappeared d
        WHERE d.table_name = $$table AND d.record_key = $key_text AND d.returned_batch_id IS NULL
    );
UPDATE snapshot.quality.disappeared d SET returned_batch_id = $$batch
WHERE d.table_name = $$table AND d.returned_batch_id IS NULL AND d.missing_batch_id <> $$batch
    AND d.record_key IN (SELECT $delivered_key_text FROM delivered_keys)
