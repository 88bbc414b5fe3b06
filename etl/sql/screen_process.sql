-- Process steps for screens: times and shares from enough steps; counts of the longest window only, since shorter ones
-- would tell by subtraction what a month hides. A row is suppressed where nothing of it may be shown.
CREATE TABLE screen.mart.process_step AS
WITH told AS (
    SELECT p.*, p.window_months = $counted_window AND e.unit_id IS NULL AS has_count, o.unit_id IS NULL AS has_open,
        p.observations >= $least_durations AS has_days, p.due >= $least_denominator AS has_share
    FROM snapshot.mart.process_step p
    LEFT JOIN hidden_bundle e
        ON e.bundle = 'ended ' || p.process || ' ' || p.step AND e.month = p.month AND e.unit_id = p.unit_id
    LEFT JOIN hidden_bundle o
        ON o.bundle = 'open ' || p.process || ' ' || p.step AND o.month = p.month AND o.unit_id = p.unit_id
)
SELECT process, step, place, unit_id, month, window_months,
    CASE WHEN has_count THEN observations END AS observations,
    CASE WHEN has_days THEN round(median_days, 1) END AS median_days,
    CASE WHEN has_days THEN round(p90_days, 1) END AS p90_days,
    CASE WHEN has_days THEN limit_days END AS limit_days, day_kind,
    CASE WHEN has_share THEN shown_share(within) END AS within,
    CASE WHEN has_open THEN open_count END AS open_count, CASE WHEN has_open THEN overdue_count END AS overdue_count,
    as_of,
    CASE WHEN state <> 'value' OR has_days OR has_share OR has_count OR (has_open AND open_count IS NOT NULL) THEN state
        ELSE 'suppressed' END AS state
FROM told ORDER BY ALL
