-- The working calendar with a running number of working days: a difference of numbers counts the days between.
-- Only its longest stretch without a gap: a day that nobody has spoken of is not a day off, and nothing is counted over it.
WITH day AS (
    SELECT date, is_working_day, date - CAST(row_number() OVER (ORDER BY date) AS INTEGER) AS stretch
    FROM record.working_calendar
),
longest AS (
    SELECT stretch FROM day GROUP BY stretch ORDER BY count(*) DESC, stretch LIMIT 1
)
SELECT day.date, day.is_working_day,
    count(CASE WHEN day.is_working_day THEN 1 END) OVER (ORDER BY day.date) AS number
FROM day JOIN longest ON longest.stretch = day.stretch
