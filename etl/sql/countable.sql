-- Every count that the screen shows, or that can be had from what it shows beside it. The measures of a bundle are
-- shown together or not at all, so their differences are measures as well.
CREATE OR REPLACE TEMP VIEW countable AS
SELECT 'volume ' || measure AS bundle, 'volume ' || measure AS measure, month, unit_id, "count" FROM snapshot.mart.volume
UNION ALL
SELECT 'ended ' || process || ' ' || step, name || process || ' ' || step, month, unit_id, "count"
FROM (
    SELECT process, step, month, unit_id, unnest(['ended ', 'in time ', 'late ']) AS name,
        unnest([observations, in_time, due - in_time]) AS "count"
    FROM snapshot.mart.process_step WHERE window_months = $counted_window
)
UNION ALL
SELECT 'open ' || process || ' ' || step, name || process || ' ' || step, month, unit_id, "count"
FROM (
    SELECT process, step, month, unit_id, unnest(['open ', 'overdue ', 'not due ']) AS name,
        unnest([open_count, overdue_count, open_count - overdue_count]) AS "count"
    FROM snapshot.mart.process_step WHERE window_months = $counted_window
)
