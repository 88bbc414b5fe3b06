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
UNION ALL
SELECT 'duty ' || activity_kind, name || activity_kind, month, unit_id, "count"
FROM (
    SELECT activity_kind, month, unit_id,
        unnest(['due ', 'done ', 'not done ', 'timely ', 'not timely ', 'done late ']) AS name,
        unnest([due, done, due - done, in_time, due - in_time, done - in_time]) AS "count"
    FROM snapshot.mart.duty WHERE month IS NOT NULL
)
UNION ALL
SELECT 'oversight ' || framework, name || framework, DATE 'epoch', unit_id, "count"
FROM (
    SELECT framework, unit_id,
        unnest(['tasks ', 'tasks done ', 'tasks open ', 'tasks timely ', 'tasks late ', 'tasks done late ', 'tasks overdue ',
            'tasks overdue for long ']) AS name,
        unnest([due, done, due - done, in_time, due - in_time, done - in_time, overdue, overdue - (due - done)]) AS "count"
    FROM snapshot.mart.oversight WHERE framework IS NOT NULL
)
UNION ALL
-- Of a disposition the earlier stage is shown before the later one: each later one forms a bundle with what is left.
SELECT name[1] || ' ' || level, name[2] || ' ' || level, DATE 'epoch', unit_id, "count"
FROM (
    SELECT level, unit_id,
        unnest([['raised', 'raised'], ['verified', 'verified'], ['verified', 'not verified'],
            ['verifying', 'verifying'], ['verifying', 'not taken up'], ['founded', 'founded'], ['founded', 'unfounded'],
            ['closed', 'closed'], ['closed', 'not closed'], ['closed', 'verified, not closed'],
            ['overdue', 'overdue'], ['overdue', 'open, not overdue']]) AS name,
        unnest([raised, verified, raised - verified, verifying, raised - verified - verifying, founded, unfounded,
            closed, raised - closed, verified - closed, overdue, raised - closed - overdue]) AS "count"
    FROM (PIVOT (FROM snapshot.mart.disposition WHERE kind = 'all' AND level <> 'all')
        ON stage IN ('raised', 'verifying', 'verified', 'founded', 'unfounded', 'closed', 'overdue')
        USING first("count") GROUP BY unit_id, level)
)
UNION ALL
SELECT 'timely ' || level, name || level, DATE 'epoch', unit_id, "count"
FROM (
    SELECT level, unit_id, unnest(['closed in time ', 'not closed in time ']) AS name,
        unnest([in_time, due - in_time]) AS "count"
    FROM snapshot.mart.disposition WHERE kind = 'all' AND stage = 'closed'
)
