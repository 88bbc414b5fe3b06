-- One row a member of staff and month, as it stood at the month's end, with the activities of month and year.
WITH done AS (
    SELECT period.month, activity.staff_id,
        bool_or(activity.activity_kind = 'talk' AND activity.done_on >= period.period_start) AS has_talk,
        bool_or(activity.activity_kind = 'pledge') AS has_pledge,
        bool_or(activity.activity_kind = 'training' AND activity.done_on >= period.period_start
            AND activity.score >= 60) AS has_passed_training
    FROM record.activity AS activity
    JOIN period ON activity.done_on BETWEEN period.year_start AND period.period_end
    WHERE activity.staff_id IS NOT NULL
    GROUP BY period.month, activity.staff_id
)
SELECT staff.staff_id, staff.unit_id, staff.role, staff.is_key_post, staff.post_since, staff.state, staff.unknown,
    period.month, period.period_start, period.period_end, period.period_end AS as_of,
    coalesce(done.has_talk, false) AS has_talk,
    coalesce(done.has_pledge, false) AS has_pledge,
    coalesce(done.has_passed_training, false) AS has_passed_training,
    staff.post_since < period.period_end - INTERVAL 3 YEAR AS is_over_three_years_in_post
FROM period
JOIN staff_in_force AS staff ON period.period_end BETWEEN staff.in_force_from AND staff.in_force_to
LEFT JOIN done ON done.month = period.month AND done.staff_id = staff.staff_id
