-- Activities that were not dropped, as the record contract's `activity`.
SELECT activity_id, activity_kind, talk_level, talk_functions, unit_id, staff_id, host_staff_id, planned_on, done_on,
    score, issue_count, issue_due_on, issue_closed_on
FROM activity
WHERE state <> 'dropped'
