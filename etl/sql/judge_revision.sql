-- Records of one table altered in decisive columns after their decision, or gone from a full extract of their source.
INSERT INTO revision
WITH told AS (
    SELECT r.$unit AS unit_id, concat_ws('/', $key) AS subject_id, arrived.as_of::DATE AS happened_on,
        list_filter([$held], c -> list_contains(r.changed_columns, c)) AS columns
    FROM snapshot.record.$revision AS r
    JOIN snapshot.quality.batch AS own ON own.batch_id = r.batch_id
    JOIN snapshot.quality.batch AS arrived ON arrived.batch_id = r.superseded_by_batch_id
    WHERE r.$decided IS NOT NULL AND arrived.as_of > own.as_of
    UNION ALL
    SELECT r.$unit, concat_ws('/', $key), missing.as_of::DATE, [$first]
    FROM snapshot.quality.disappeared AS d
    JOIN snapshot.record.$table AS r ON concat_ws(' · ', $key) = d.record_key
    JOIN snapshot.quality.batch AS missing ON missing.batch_id = d.missing_batch_id
    WHERE d.table_name = $name AND d.returned_batch_id IS NULL AND r.$decided IS NOT NULL
)
SELECT $name AS table_name, $indicator AS indicator_id, unit_id, subject_id, happened_on, len(columns) AS columns
FROM told WHERE len(columns) > 0 AND unit_id IS NOT NULL
