-- One row a retailer and month, as it stood at the month's end, with the inspections of its last 365 days and year.
WITH reached AS (
    SELECT day.started_on, period.month, day.started_on > period.period_end - 365 AS is_within_365_days,
        day.started_on >= period.year_start AS is_this_year
    FROM (SELECT DISTINCT started_on FROM inspection_event) AS day
    JOIN period ON day.started_on > period.period_end - 366 AND day.started_on <= period.period_end
),
inspected AS (
    SELECT reached.month, event.retailer_number,
        count(CASE WHEN reached.is_within_365_days THEN 1 END) AS inspections,
        count(CASE WHEN reached.is_this_year AND NOT event.is_case_specific THEN 1 END) AS of_this_year,
        count(CASE WHEN reached.is_within_365_days AND NOT event.is_team_unknown THEN 1 END) AS of_known_teams
    FROM inspection_event AS event
    JOIN reached ON reached.started_on = event.started_on
    GROUP BY reached.month, event.retailer_number
),
by_team AS (
    SELECT inspected.month, inspected.retailer_number, event.team_number, count(*) AS inspections
    FROM inspected
    JOIN period ON period.month = inspected.month
    JOIN inspection_event AS event ON event.retailer_number = inspected.retailer_number
        AND event.started_on > period.period_end - 365 AND event.started_on <= period.period_end
    WHERE inspected.of_known_teams >= 4 AND NOT event.is_team_unknown
    GROUP BY inspected.month, inspected.retailer_number, event.team_number
),
top_team AS (
    SELECT month, retailer_number, max(inspections) AS inspections FROM by_team GROUP BY month, retailer_number
),
rated AS (
    SELECT DISTINCT period.month, retailer.retailer_number
    FROM record.evaluation AS evaluation
    JOIN period ON CAST(evaluation.rated_at AS DATE) BETWEEN period.period_start AND period.period_end
    JOIN retailer_in_force AS retailer ON retailer.retailer_hash = evaluation.retailer_hash
        AND period.period_end BETWEEN retailer.in_force_from AND retailer.in_force_to
)
SELECT retailer.retailer_id, retailer.retailer_hash, retailer.cell_id, retailer.unit_id,
    retailer.annual_inspection_cap, retailer.is_plan_exempt, retailer.business_type, retailer.market_type,
    retailer.supply_tier, retailer.credit_class, retailer.risk_level, retailer.has_e_cigarette_scope,
    retailer.state, retailer.unknown, retailer.first_licensed_on,
    period.month, period.period_start, period.period_end, period.period_end AS as_of,
    coalesce(inspected.inspections, 0) AS inspection_count_365_days,
    coalesce(inspected.of_this_year, 0) AS inspection_count_this_year,
    coalesce(inspected.of_known_teams, 0) AS team_inspection_count_365_days,
    top_team.inspections AS top_team_inspection_count,
    rated.retailer_number IS NOT NULL AS has_rated
FROM period
JOIN retailer_placed AS retailer ON period.period_end BETWEEN retailer.in_force_from AND retailer.in_force_to
LEFT JOIN inspected ON inspected.month = period.month AND inspected.retailer_number = retailer.retailer_number
LEFT JOIN top_team ON top_team.month = period.month AND top_team.retailer_number = retailer.retailer_number
LEFT JOIN rated ON rated.month = period.month AND rated.retailer_number = retailer.retailer_number
