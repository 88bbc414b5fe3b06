-- A queue number that came, or changed, may put grants of its cell in or out of order.
SELECT DISTINCT CAST(date_trunc('month', granted.decided_at) AS DATE) AS month
FROM licence_application_changed AS changed
JOIN record.licence_application AS granted ON granted.cell_id = changed.cell_id AND granted.queue_no > changed.queue_no
WHERE granted.decided_at IS NOT NULL
