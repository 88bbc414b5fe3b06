-- Warnings by kind, level and stage: those of the disposition table, and those that the system found and nobody has
-- taken up. kind 'other': of a rule that the system did not apply itself. level and kind 'all' stand for all of them.
-- median_days: from raised to closed; on_time: closed by the day set, of those whose day has come, closed or not. Both
-- stand at 'closed'. Where no source records dispositions, only what is raised is known.
CREATE OR REPLACE TABLE snapshot.mart.disposition AS
WITH taken AS (
    SELECT w.unit_id, coalesce(f.kind, 'other') AS kind, w.warning_level AS level,
        date_diff('day', w.raised_at, w.closed_at) AS days,
        CASE WHEN w.due_at::DATE <= w.as_of THEN coalesce(w.closed_at <= w.due_at, false) END AS is_in_time,
        [$stages] AS stages
    FROM usable_warning w LEFT JOIN snapshot.mart.warning f USING (warning_id)
    WHERE w.closed_at IS NULL OR w.raised_at::DATE > w.as_of - to_months($window_months)
),
found AS (
    SELECT unit_id, kind, level, NULL::BIGINT AS days, NULL::BOOLEAN AS is_in_time, ['raised'] AS stages
    FROM snapshot.mart.warning f
    WHERE NOT EXISTS (FROM snapshot.record.warning w WHERE w.warning_id = f.warning_id)
),
placed AS (
    SELECT t.ancestor_id AS unit_id, w.kind, w.level, w.days, w.is_in_time, w.stages
    FROM (FROM taken UNION ALL FROM found) w JOIN snapshot.mart.unit_tree t ON t.unit_id = w.unit_id
),
timed AS (
    SELECT unit_id, coalesce(kind, 'all') AS kind, coalesce(level, 'all') AS level, median(days) AS median_days,
        count(is_in_time) AS due, count(*) FILTER (is_in_time) AS in_time
    FROM placed GROUP BY GROUPING SETS ((unit_id, kind, level), (unit_id, kind), (unit_id, level), (unit_id))
),
counted AS (
    SELECT unit_id, coalesce(kind, 'all') AS kind, coalesce(level, 'all') AS level, stage, count(*) AS "count"
    FROM (SELECT * EXCLUDE stages, unnest(stages) AS stage FROM placed) AS staged WHERE stage IS NOT NULL
    GROUP BY GROUPING SETS ((unit_id, kind, level, stage), (unit_id, kind, stage), (unit_id, level, stage), (unit_id, stage))
),
wanted AS (
    SELECT unit_id, kind, level FROM timed
    UNION
    SELECT unit_id, 'all', unnest(['all', 'blue', 'yellow', 'red']) FROM snapshot.mart.unit
)
SELECT unit_id, kind, level, stage, known."count",
    CASE WHEN stage = 'closed' THEN median_days END AS median_days, CASE WHEN stage = 'closed' THEN due END AS due,
    CASE WHEN stage = 'closed' THEN in_time END AS in_time, CASE WHEN stage = 'closed' THEN in_time / nullif(due, 0) END AS on_time,
    CASE WHEN known."count" > 0 THEN 'value' WHEN known."count" = 0 THEN 'zero' ELSE absent('warning') END AS state
FROM (SELECT *, unnest([$names]) AS stage FROM wanted) AS w
LEFT JOIN timed USING (unit_id, kind, level)
LEFT JOIN counted USING (unit_id, kind, level, stage)
CROSS JOIN LATERAL (
    SELECT CASE WHEN stage = 'raised' OR absent('warning') = 'no_data' THEN coalesce(counted."count", 0) END AS "count"
) AS known
ORDER BY ALL
