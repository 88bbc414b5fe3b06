-- The steps of every unit of the tree in each window, from the rows of all its descendants.
INSERT INTO snapshot.mart.process_step
WITH event AS (
    SELECT process, step, unit_id, ended_month AS month, days, limit_days, NULL::BOOLEAN AS is_in_time
    FROM process_row WHERE ended_month IS NOT NULL
    UNION ALL
    SELECT process, step, unit_id, due_month, NULL, NULL, is_in_time FROM process_row WHERE due_month IS NOT NULL
),
windowed AS (
    SELECT e.process, e.step, t.ancestor_id AS unit_id, w.month, w.window_months,
        count(e.days) AS observations, quantile_cont(e.days, [0.5, 0.9]) AS spread,
        median(e.limit_days) AS limit_days,
        count(e.is_in_time) AS due, count(*) FILTER (e.is_in_time) AS in_time
    FROM event e
    JOIN process_window w ON w.process = e.process AND e.month BETWEEN w.first_month AND w.month
    JOIN snapshot.mart.unit_tree t ON t.unit_id = e.unit_id
    GROUP BY ALL
),
waiting AS (
    SELECT r.process, r.step, t.ancestor_id AS unit_id, count(*) FILTER (r.is_open) AS open_count,
        count(*) FILTER (r.is_overdue) AS overdue_count
    FROM process_row r JOIN snapshot.mart.unit_tree t USING (unit_id) GROUP BY ALL
),
newest AS (
    SELECT process, max(month) AS month FROM process_window GROUP BY process
),
-- At the newest month every unit has its row, told or not; before it, those that have something to tell.
wanted AS (
    SELECT d.*, u.unit_id, w.month, w.window_months, w.month = n.month AS is_newest, s.as_of
    FROM process_declared d
    JOIN process_window w USING (process) JOIN newest n USING (process)
    CROSS JOIN snapshot.mart.unit u
    LEFT JOIN (SELECT process, step, max(as_of) AS as_of FROM process_source GROUP BY ALL) s USING (process, step)
)
SELECT process, step, place, unit_id, month, window_months,
    CASE WHEN known.unit_id IS NOT NULL THEN coalesce(w.observations, 0) END,
    w.spread[1], w.spread[2], w.limit_days, day_kind,
    CASE WHEN known.unit_id IS NOT NULL AND has_limit THEN coalesce(w.due, 0) END,
    CASE WHEN known.unit_id IS NOT NULL AND has_limit THEN coalesce(w.in_time, 0) END,
    w.in_time / nullif(w.due, 0),
    CASE WHEN is_newest THEN known.open_count END,
    CASE WHEN is_newest AND has_limit THEN known.overdue_count END, as_of,
    CASE WHEN as_of IS NULL THEN 'not_computable' WHEN known.unit_id IS NULL THEN 'no_data'
        WHEN coalesce(w.observations, 0) + coalesce(w.due, 0) + coalesce(known.open_count, 0) > 0 THEN 'value'
        ELSE 'zero' END
FROM wanted
LEFT JOIN windowed w USING (process, step, unit_id, month, window_months)
LEFT JOIN waiting known USING (process, step, unit_id)
WHERE is_newest OR w.unit_id IS NOT NULL
ORDER BY ALL
