-- The steps of every unit of the tree in each window, from the rows of all its descendants.
INSERT INTO snapshot.mart.process_step
WITH ended AS (
    SELECT e.process, e.step, t.ancestor_id AS unit_id, w.month, w.window_months,
        count(e.days) AS observations, quantile_cont(e.days, [0.5, 0.9]) AS spread, median(e.limit_days) AS limit_days
    FROM process_row e
    JOIN process_window w ON w.process = e.process AND e.ended_month BETWEEN w.first_month AND w.month
    JOIN snapshot.mart.unit_tree t ON t.unit_id = e.unit_id
    GROUP BY ALL
),
-- What is counted, and has no middle, is counted by unit first and then added up.
counted AS (
    SELECT process, step, unit_id, due_month, count(is_in_time) AS due, count(*) FILTER (is_in_time) AS in_time,
        count(*) FILTER (is_open) AS open_count, count(*) FILTER (is_overdue) AS overdue_count,
        count(*) FILTER (is_overdue IS NULL) AS unknown_count
    FROM process_row GROUP BY ALL
),
due AS (
    SELECT c.process, c.step, t.ancestor_id AS unit_id, w.month, w.window_months,
        sum(c.due)::BIGINT AS due, sum(c.in_time)::BIGINT AS in_time
    FROM counted c
    JOIN process_window w ON w.process = c.process AND c.due_month BETWEEN w.first_month AND w.month
    JOIN snapshot.mart.unit_tree t ON t.unit_id = c.unit_id
    GROUP BY ALL
),
waiting AS (
    SELECT c.process, c.step, t.ancestor_id AS unit_id, sum(c.open_count)::BIGINT AS open_count,
        CASE WHEN sum(c.unknown_count) = 0 THEN sum(c.overdue_count)::BIGINT END AS overdue_count
    FROM counted c JOIN snapshot.mart.unit_tree t USING (unit_id) GROUP BY ALL
),
-- The last day of which the calendar tells every limit: a limit lasts until the day before the next working day, which
-- is not known of the last one, but where a year ends, since 1 January is a holiday by law.
told_until AS (
    SELECT CASE WHEN month(max(date)) = 12 AND day(max(date)) = 31 THEN max(date)
        ELSE max(CASE WHEN is_working_day THEN date END) - 1 END AS last
    FROM process_day
),
newest AS (
    SELECT process, max(month) AS month FROM process_window GROUP BY process
),
-- At the newest month every unit has its row, told or not; before it, those that have something to tell.
wanted AS (
    SELECT d.*, u.unit_id, w.month, w.window_months, w.month = n.month AS is_newest, s.as_of,
        d.day_kind = 'working' AND coalesce(last_day(w.month) > (SELECT last FROM told_until), true) AS is_beyond
    FROM process_declared d
    JOIN process_window w USING (process) JOIN newest n USING (process)
    CROSS JOIN snapshot.mart.unit u
    LEFT JOIN (SELECT process, step, max(as_of) AS as_of FROM process_source GROUP BY ALL) s USING (process, step)
),
told AS (
    SELECT wanted.*, known.open_count, known.overdue_count, known.unit_id IS NOT NULL AS is_known,
        known.unit_id IS NOT NULL AND NOT is_beyond AS is_told
    FROM wanted LEFT JOIN waiting known USING (process, step, unit_id)
)
SELECT process, step, place, unit_id, month, window_months,
    CASE WHEN is_told THEN coalesce(ended.observations, 0) END,
    CASE WHEN is_told THEN ended.spread[1] END, CASE WHEN is_told THEN ended.spread[2] END,
    CASE WHEN is_told THEN ended.limit_days END, day_kind,
    CASE WHEN is_told AND has_limit THEN coalesce(due.due, 0) END,
    CASE WHEN is_told AND has_limit THEN coalesce(due.in_time, 0) END,
    CASE WHEN is_told THEN due.in_time / nullif(due.due, 0) END,
    CASE WHEN is_newest THEN open_count END,
    CASE WHEN is_newest AND has_limit THEN overdue_count END, as_of,
    CASE WHEN as_of IS NULL THEN 'not_computable' WHEN NOT is_known THEN 'no_data'
        WHEN NOT is_told THEN 'not_computable'
        WHEN coalesce(ended.observations, 0) + coalesce(due.due, 0) + coalesce(open_count, 0) > 0 THEN 'value'
        ELSE 'zero' END
FROM told
LEFT JOIN ended USING (process, step, unit_id, month, window_months)
LEFT JOIN due USING (process, step, unit_id, month, window_months)
WHERE is_newest OR ended.unit_id IS NOT NULL OR due.unit_id IS NOT NULL
ORDER BY ALL
