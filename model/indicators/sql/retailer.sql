-- One row a retailer and month, as it stood at the month's end, with the inspections of its last 365 days and year.
WITH inspected_by AS (
    SELECT period.month, event.retailer_id, event.officer_team, event.is_team_unknown,
        count(CASE WHEN event.started_on > period.period_end - 365 THEN 1 END) AS inspections,
        count(CASE WHEN event.started_on >= period.year_start AND NOT event.is_case_specific THEN 1 END)
            AS of_this_year
    FROM inspection_event AS event
    JOIN period ON event.started_on > period.period_end - 366 AND event.started_on <= period.period_end
    GROUP BY period.month, event.retailer_id, event.officer_team, event.is_team_unknown
),
inspected AS (
    SELECT month, retailer_id,
        sum(inspections) AS inspections,
        sum(of_this_year) AS of_this_year,
        sum(CASE WHEN NOT is_team_unknown THEN inspections ELSE 0 END) AS of_known_teams,
        max(CASE WHEN NOT is_team_unknown THEN inspections END) AS of_top_team
    FROM inspected_by GROUP BY month, retailer_id
),
licensed AS (
    SELECT retailer_id, min(issued_on) AS first_licensed_on FROM record.licence GROUP BY retailer_id
),
rated AS (
    SELECT DISTINCT period.month, evaluation.retailer_hash
    FROM record.evaluation AS evaluation JOIN period
        ON CAST(evaluation.rated_at AS DATE) BETWEEN period.period_start AND period.period_end
    WHERE evaluation.retailer_hash IS NOT NULL
)
SELECT retailer.retailer_id, retailer.retailer_hash, retailer.cell_id, retailer.annual_inspection_cap,
    retailer.is_plan_exempt,
    retailer.business_type, retailer.market_type, retailer.supply_tier, retailer.credit_class, retailer.risk_level,
    retailer.has_e_cigarette_scope, retailer.state, retailer.unknown, cell.unit_id,
    period.month, period.period_start, period.period_end, period.period_end AS as_of,
    coalesce(inspected.inspections, 0) AS inspection_count_365_days,
    coalesce(inspected.of_this_year, 0) AS inspection_count_this_year,
    coalesce(inspected.of_known_teams, 0) AS team_inspection_count_365_days,
    inspected.of_top_team AS top_team_inspection_count,
    licensed.first_licensed_on,
    rated.retailer_hash IS NOT NULL AS has_rated
FROM period
JOIN retailer_in_force AS retailer ON period.period_end BETWEEN retailer.in_force_from AND retailer.in_force_to
JOIN cell_in_force AS cell ON cell.cell_id = retailer.cell_id
    AND period.period_end BETWEEN cell.in_force_from AND cell.in_force_to
LEFT JOIN inspected ON inspected.month = period.month AND inspected.retailer_id = retailer.retailer_id
LEFT JOIN licensed ON licensed.retailer_id = retailer.retailer_id
LEFT JOIN rated ON rated.month = period.month AND rated.retailer_hash = retailer.retailer_hash
