-- Records that a full extract no longer held, and that their source tells of again: by a later delivery, whole or not.
UPDATE snapshot.quality.disappeared d SET returned_batch_id = $$batch
FROM snapshot.quality.batch missing
WHERE d.table_name = $$table AND d.returned_batch_id IS NULL AND missing.batch_id = d.missing_batch_id
    AND missing.source = $$source AND missing.as_of <= $$as_of
    AND d.record_key IN (SELECT $key_text FROM staged_rows)
