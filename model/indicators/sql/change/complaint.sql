-- A ticket that came, or changed, says of the ticket it repeats that it was repeated.
SELECT CAST(date_trunc('month', CAST(original.closed_at AS DATE) + 90) AS DATE) AS month
FROM complaint_changed AS later
JOIN record.complaint AS original ON original.ticket_no = later.repeat_of_ticket_no
WHERE original.closed_at IS NOT NULL
