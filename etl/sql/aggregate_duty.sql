-- Integrity activities by the month that they were planned for, once it is over: due, done by now, done in that month.
-- A unit without any has one row without a month that says why.
CREATE OR REPLACE TABLE snapshot.mart.duty AS
WITH told AS (
    SELECT t.ancestor_id AS unit_id, date_trunc('month', a.planned_on)::DATE AS month, a.activity_kind,
        count(*) AS due, count(*) FILTER (a.done_on <= a.as_of) AS done,
        count(*) FILTER (a.done_on <= last_day(a.planned_on)) AS in_time
    FROM usable_activity a JOIN snapshot.mart.unit_tree t USING (unit_id)
    WHERE last_day(a.planned_on) <= a.as_of
    GROUP BY ALL
)
SELECT unit_id, month, activity_kind, due, done, in_time, in_time / due AS on_time, 'value' AS state FROM told
UNION ALL
SELECT unit_id, NULL, NULL, NULL, NULL, NULL, NULL, absent('activity')
FROM snapshot.mart.unit u WHERE NOT EXISTS (FROM told t WHERE t.unit_id = u.unit_id)
ORDER BY ALL
