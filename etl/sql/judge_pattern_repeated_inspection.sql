-- Shops inspected far more often than shops of the same risk (beyond the quartile by $fence interquartile ranges, type 7):
-- each unit beside its like, and each market cell beside the other cells of its unit. Checks that follow a clue are
-- left out.
WITH visited AS (
    SELECT retailer_id, count(*) AS times FROM record.inspection
    WHERE clue_id IS NULL AND started_at >= $$since AND started_at < $$until GROUP BY retailer_id
),
counted_shop AS (
    SELECT retailer.unit_id, retailer.cell_id, coalesce(retailer.risk_level, '') AS risk,
        coalesce(visited.times, 0) AS times
    FROM retailer_placed AS retailer LEFT JOIN visited USING (retailer_id)
    WHERE retailer.state = 'active' AND CAST($$until AS DATE) - 1 BETWEEN retailer.in_force_from AND retailer.in_force_to
),
usual AS (
    SELECT risk, quantile_cont(times, 0.25) AS low, quantile_cont(times, 0.75) AS high FROM counted_shop GROUP BY risk
),
thing AS (
    SELECT unit_id, cell_id, risk, times > high + $fence * (high - low) AS is_hit
    FROM counted_shop JOIN usual USING (risk)
),
$counted
