-- Every team with the days on which the same number of its officers held a valid certificate.
WITH member AS (
    SELECT DISTINCT team_number, unnest(officer_ids) AS staff_id FROM officer_team_number
),
span AS (
    SELECT member.team_number, greatest(staff.in_force_from, staff.certificate_valid_from) AS first_day,
        least(staff.in_force_to, staff.certificate_valid_to) AS last_day, 1 AS officers, 0 AS unknowns
    FROM member JOIN staff_in_force AS staff ON staff.staff_id = member.staff_id
    WHERE staff.certificate_no IS NOT NULL AND staff.certificate_valid_to IS NOT NULL
    UNION ALL
    SELECT member.team_number, staff.in_force_from, staff.in_force_to, 0, 1
    FROM member JOIN staff_in_force AS staff ON staff.staff_id = member.staff_id
    WHERE staff.is_certificate_unknown
),
change AS (
    SELECT team_number, first_day AS day, officers, unknowns FROM span WHERE first_day <= last_day
    UNION ALL
    SELECT team_number, last_day + 1, -officers, -unknowns FROM span
    WHERE first_day <= last_day AND last_day < DATE '9999-12-31'
),
step AS (
    SELECT team_number, day, sum(officers) AS officers, sum(unknowns) AS unknowns
    FROM change GROUP BY team_number, day
)
SELECT team_number, day AS in_force_from,
    coalesce(lead(day) OVER days - 1, DATE '9999-12-31') AS in_force_to,
    sum(officers) OVER days AS officer_count, sum(unknowns) OVER days > 0 AS is_unknown
FROM step WINDOW days AS (PARTITION BY team_number ORDER BY day)
