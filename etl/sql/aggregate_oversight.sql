-- Tasks of the responsibility lists whose day came within twelve months of the source's last whole day: due, done,
-- done in time. overdue: all that are not done, however old.
CREATE OR REPLACE TABLE snapshot.mart.oversight AS
WITH task AS (
    SELECT t.ancestor_id AS unit_id, o.task_list AS framework, o.done_on <= o.as_of AS is_done, o.done_on <= o.due_on AS is_in_time,
        o.due_on > o.as_of - INTERVAL 12 MONTH AS is_recent
    FROM usable_oversight_task o JOIN snapshot.mart.unit_tree t USING (unit_id)
    WHERE o.due_on <= o.as_of
),
told AS (
    SELECT unit_id, framework, count(*) FILTER (is_recent) AS due, count(*) FILTER (is_recent AND is_done) AS done,
        count(*) FILTER (is_recent AND is_in_time) AS in_time, count(*) FILTER (is_done IS NOT true) AS overdue
    FROM task GROUP BY ALL
)
SELECT unit_id, framework, due, done, in_time, in_time / nullif(due, 0) AS on_time, overdue,
    CASE WHEN due + overdue > 0 THEN 'value' ELSE 'zero' END AS state
FROM told
UNION ALL
SELECT unit_id, NULL, NULL, NULL, NULL, NULL, NULL, absent('oversight_task')
FROM snapshot.mart.unit u WHERE NOT EXISTS (FROM told t WHERE t.unit_id = u.unit_id)
ORDER BY ALL
