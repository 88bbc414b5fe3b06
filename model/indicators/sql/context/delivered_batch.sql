-- Each batch with its source's clock (the last whole day delivered) and the needed columns that the source lacks.
WITH batch AS (
    SELECT batch_id, source, table_name, recorded_columns,
        max(as_of) OVER (PARTITION BY source, table_name) AS delivered_until
    FROM quality.batch
),
recorded AS (
    SELECT DISTINCT source, table_name, unnest(recorded_columns) AS column_name FROM batch
),
lacking AS (
    SELECT source, table_name, array_agg(table_name || '.' || column_name) AS columns
    FROM (
        SELECT deliverer.source, needed.table_name, needed.column_name
        FROM (SELECT DISTINCT source, table_name FROM batch) AS deliverer
        JOIN needed_column AS needed ON needed.table_name = deliverer.table_name
        LEFT JOIN recorded ON recorded.source = deliverer.source
            AND recorded.table_name = needed.table_name AND recorded.column_name = needed.column_name
        WHERE recorded.column_name IS NULL
    ) AS gap
    GROUP BY source, table_name
)
SELECT batch.batch_id, batch.source, batch.table_name,
    CAST(batch.delivered_until + INTERVAL 1 SECOND AS DATE) - 1 AS as_of, lacking.columns AS unrecorded
FROM batch LEFT JOIN lacking ON lacking.source = batch.source AND lacking.table_name = batch.table_name
