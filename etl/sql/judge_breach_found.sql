-- One finding a record; of what stands for months' ends, one a record (and year, where months count from January).
-- It is told of the unit in which it began, whoever moved since.
-- A post that breaks a rule in a unit is not told again of the units above it.
CREATE OR REPLACE TEMP TABLE breach_found AS
WITH own AS (
    SELECT b.* FROM snapshot.mart.breach b
    WHERE NOT b.has_levels OR NOT EXISTS (
        FROM snapshot.mart.breach below JOIN snapshot.mart.unit_tree t
            ON t.unit_id = below.unit_id AND t.ancestor_id = b.unit_id AND t.distance > 0
        WHERE below.indicator_id = b.indicator_id AND below.happened_on = b.happened_on AND below.rest = b.rest
    )
),
found AS (
    SELECT indicator_id, subject_kind, subject_id, of_year, is_month_end, arg_min(unit_id, happened_on) AS unit_id,
        min(happened_on) AS first_on, max(happened_on) AS last_on
    FROM own GROUP BY ALL
)
SELECT indicator_id, unit_id, subject_kind, subject_id, coalesce(of_year::VARCHAR, '') AS finding,
    CASE WHEN is_month_end THEN date_trunc('month', first_on)::DATE ELSE first_on END AS period_start,
    last_on AS period_end,
    count(*) OVER (
        PARTITION BY indicator_id, unit_id ORDER BY last_on
        RANGE BETWEEN INTERVAL 12 MONTH PRECEDING AND CURRENT ROW
    ) AS number
FROM found
