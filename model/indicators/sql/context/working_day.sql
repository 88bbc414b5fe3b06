-- The working calendar with a running number of working days: a difference of numbers counts the days between.
WITH days AS (
    SELECT unnest(generate_series(min(date), max(date), INTERVAL 1 DAY))::DATE AS date FROM record.working_calendar
)
SELECT days.date, coalesce(calendar.is_working_day, false) AS is_working_day,
    count(CASE WHEN calendar.is_working_day THEN 1 END) OVER (ORDER BY days.date) AS number
FROM days LEFT JOIN record.working_calendar AS calendar ON calendar.date = days.date
