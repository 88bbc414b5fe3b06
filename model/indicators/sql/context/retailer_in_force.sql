-- Every version of a retailer, with the days on which it was in force.
SELECT version.retailer_id, dense_rank() OVER (ORDER BY version.retailer_id) AS retailer_number, version.retailer_hash,
    version.cell_id, version.annual_inspection_cap,
    version.is_plan_exempt,
    version.business_type, version.market_type, version.supply_tier, version.credit_class, version.risk_level,
    version.has_e_cigarette_scope, version.longitude, version.latitude, version.coordinate_system, version.state,
    version.in_force_from, coalesce(version.in_force_to, DATE '9999-12-31') AS in_force_to,
    list_concat(batch.unrecorded, cell.columns) AS unknown,
    coalesce(list_has_any(list_concat(batch.unrecorded, cell.columns),
        ['retailer.longitude', 'retailer.latitude', 'retailer.coordinate_system']), false) AS is_position_unknown,
    coalesce(list_has_any(list_concat(batch.unrecorded, cell.columns), ['retailer.risk_level']), false)
        AS is_risk_unknown
FROM record.retailer_version AS version
JOIN delivered_batch AS batch ON batch.batch_id = version.batch_id
LEFT JOIN unknown_cell AS cell
    ON cell.table_name = 'retailer' AND cell.batch_id = version.batch_id AND cell.row_number = version.row_number
