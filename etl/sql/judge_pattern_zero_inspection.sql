-- Shops without any inspection in the window though a plan is due them: each unit beside its like, and each market cell
-- beside the other cells of its unit, within the risk of the shops.
WITH visited AS (
    SELECT DISTINCT retailer_id FROM record.inspection WHERE started_at >= $$since AND started_at < $$until
),
thing AS (
    SELECT retailer.unit_id, retailer.cell_id, coalesce(retailer.risk_level, '') AS risk,
        visited.retailer_id IS NULL AS is_hit
    FROM retailer_placed AS retailer LEFT JOIN visited USING (retailer_id)
    WHERE retailer.state = 'active' AND retailer.is_plan_exempt IS NOT TRUE
        AND retailer.first_licensed_on <= CAST($$since AS DATE)
        AND CAST($$until AS DATE) - 1 BETWEEN retailer.in_force_from AND retailer.in_force_to
),
$counted
