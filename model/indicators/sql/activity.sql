-- One row an activity: the month that it was planned for, and by when its issues had to be closed.
SELECT *, own_unknown AS unknown,
    last_day(planned_on) AS planned_month_ends_on, coalesce(issue_due_on, done_on) AS issues_due_on
FROM activity_delivered
