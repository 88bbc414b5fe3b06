-- Every version of a retailer under every unit that managed its cell, with the days on which both held.
WITH licensed AS (
    SELECT retailer_id, min(issued_on) AS first_licensed_on FROM record.licence GROUP BY retailer_id
)
SELECT retailer.retailer_id, retailer.retailer_number, retailer.retailer_hash, retailer.cell_id,
    retailer.annual_inspection_cap, retailer.is_plan_exempt, retailer.business_type, retailer.market_type,
    retailer.supply_tier, retailer.credit_class, retailer.risk_level, retailer.has_e_cigarette_scope,
    retailer.state, retailer.unknown, cell.unit_id, licensed.first_licensed_on,
    greatest(retailer.in_force_from, cell.in_force_from) AS in_force_from,
    least(retailer.in_force_to, cell.in_force_to) AS in_force_to
FROM retailer_in_force AS retailer
JOIN cell_in_force AS cell ON cell.cell_id = retailer.cell_id
    AND cell.in_force_from <= retailer.in_force_to AND cell.in_force_to >= retailer.in_force_from
LEFT JOIN licensed ON licensed.retailer_id = retailer.retailer_id
