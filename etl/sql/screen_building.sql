-- What is done about integrity, for screens. Honours, projects and how far scenarios are, are public; what a scenario is
-- called is not here, since people write that. Of activities, tasks and warnings no small count is shown or can be had. Of warnings no kind: with levels it would tell by sums.
CREATE TABLE screen.mart.honour AS FROM snapshot.mart.honour;
CREATE TABLE screen.mart.initiative AS FROM snapshot.mart.initiative;
CREATE TABLE screen.mart.scenario_progress AS FROM snapshot.mart.scenario_progress;

CREATE TABLE screen.mart.duty AS
WITH told AS (
    SELECT d.*, h.unit_id IS NULL AS has_count, d.due >= $least_denominator AS has_share
    FROM snapshot.mart.duty d
    LEFT JOIN hidden_bundle h ON h.bundle = 'duty ' || d.activity_kind AND h.month = d.month AND h.unit_id = d.unit_id
)
SELECT unit_id, month, activity_kind, CASE WHEN has_count THEN due END AS due, CASE WHEN has_count THEN done END AS done,
    CASE WHEN has_share THEN shown_share(on_time) END AS on_time,
    CASE WHEN state <> 'value' OR has_count OR has_share THEN state ELSE 'suppressed' END AS state
FROM told ORDER BY ALL;

CREATE TABLE screen.mart.oversight AS
WITH told AS (
    SELECT o.*, h.unit_id IS NULL AS has_count, o.due >= $least_denominator AS has_share
    FROM snapshot.mart.oversight o
    LEFT JOIN hidden_bundle h ON h.bundle = 'oversight ' || o.framework AND h.unit_id = o.unit_id
)
SELECT unit_id, framework, CASE WHEN has_count THEN due END AS due, CASE WHEN has_count THEN done END AS done,
    CASE WHEN has_count THEN overdue END AS overdue, CASE WHEN has_share THEN shown_share(on_time) END AS on_time,
    CASE WHEN state <> 'value' OR has_count OR has_share THEN state ELSE 'suppressed' END AS state
FROM told ORDER BY ALL;

-- level 'all' only where each level is shown, since it would tell the one that is not. Beside the count of what was
-- closed, the share in time is shown where it tells no small count.
CREATE TABLE screen.mart.disposition AS
WITH levelled AS (
    SELECT d.*, h.unit_id IS NULL AS is_shown, r.unit_id IS NULL AND d.due >= $least_denominator AS has_share
    FROM snapshot.mart.disposition d
    LEFT JOIN hidden_bundle r ON r.unit_id = d.unit_id AND r.bundle = 'timely ' || d.level
    LEFT JOIN hidden_bundle h ON h.unit_id = d.unit_id
        AND h.bundle = CASE d.stage WHEN 'unfounded' THEN 'founded' ELSE d.stage END || ' ' || d.level
    WHERE d.kind = 'all'
),
told AS (
    SELECT *, bool_and(is_shown) OVER (PARTITION BY unit_id, stage) AND is_shown AS has_all,
        coalesce(sum("count") FILTER (stage = 'closed') OVER (PARTITION BY unit_id, level), 0) >= $least_durations AS has_days
    FROM levelled
),
judged AS (
    SELECT *, CASE WHEN level = 'all' THEN has_all ELSE is_shown END AS has_count FROM told
)
SELECT unit_id, kind, level, stage, CASE WHEN has_count THEN "count" END AS "count",
    CASE WHEN has_days THEN round(median_days, 1) END AS median_days,
    CASE WHEN has_share THEN shown_share(on_time) END AS on_time,
    CASE WHEN has_count OR state NOT IN ('value', 'zero') OR (stage = 'closed' AND (has_days OR has_share)) THEN state
        ELSE 'suppressed' END AS state
FROM judged ORDER BY ALL
