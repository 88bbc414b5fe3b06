-- One finding a record, however often it was altered; and how many records of its kind its unit has within a year.
WITH record AS (
    SELECT table_name AS subject_kind, subject_id, arg_min(indicator_id, happened_on) AS indicator_id,
        arg_min(unit_id, happened_on) AS unit_id, min(happened_on) AS period_start, max(happened_on) AS period_end,
        sum(columns)::BIGINT AS evidence_count
    FROM revision GROUP BY ALL
)
SELECT *, count(*) OVER (
    PARTITION BY subject_kind, unit_id ORDER BY period_end RANGE BETWEEN INTERVAL 12 MONTH PRECEDING AND CURRENT ROW
) AS number
FROM record ORDER BY ALL
