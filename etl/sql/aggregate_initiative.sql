-- Integrity projects by framework and element. stage 'all' is of all of them: progress is the mean share of the four
-- steps of the method that they have behind them (stopped ones left out), overdue those whose day has come undone.
CREATE OR REPLACE TABLE snapshot.mart.initiative AS
WITH project AS (
    SELECT t.ancestor_id AS unit_id, i.framework, i.framework_element AS item, i.state AS stage,
        CASE WHEN i.state = 'completed' THEN 1.0 WHEN i.state <> 'stopped'
            THEN ((i.plan_set_on IS NOT NULL)::INTEGER + (i.pilot_chosen_on IS NOT NULL)::INTEGER
                + (i.standard_built_on IS NOT NULL)::INTEGER + (i.rolled_out_on IS NOT NULL)::INTEGER) / 4 END AS progress,
        i.state NOT IN ('completed', 'stopped') AND i.rolled_out_on IS NULL AND i.due_on <= i.as_of AS is_overdue
    FROM usable_initiative i JOIN snapshot.mart.unit_tree t USING (unit_id)
),
told AS (
    SELECT unit_id, framework, item, coalesce(stage, 'all') AS stage, count(*) AS "count", avg(progress) AS progress,
        count(*) FILTER (is_overdue) AS overdue
    FROM project GROUP BY GROUPING SETS ((unit_id, framework, item, stage), (unit_id, framework, item))
)
SELECT unit_id, framework, item, stage, "count", progress, overdue, 'value' AS state FROM told
UNION ALL
SELECT unit_id, NULL, NULL, NULL, NULL, NULL, NULL, absent('initiative')
FROM snapshot.mart.unit u WHERE NOT EXISTS (FROM told t WHERE t.unit_id = u.unit_id)
ORDER BY ALL
