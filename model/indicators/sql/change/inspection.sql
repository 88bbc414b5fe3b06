-- A shop whose register row came, or changed, may stand elsewhere than it did when it was inspected.
SELECT DISTINCT CAST(date_trunc('month', inspection.started_at) AS DATE) AS month
FROM retailer_changed AS changed
JOIN record.inspection AS inspection ON inspection.retailer_id = changed.retailer_id
WHERE inspection.started_at IS NOT NULL
