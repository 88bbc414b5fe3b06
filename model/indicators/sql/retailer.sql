-- One row a retailer and month, as it stood at the month's end, with the inspections of its last 365 days and year.
-- An inspection enters the counts at the first month's end that has reached it and leaves them at a later one: what
-- stands at a month's end is the sum of what moved up to it. The teams that could have made half of a shop's inspections
-- are few, and only theirs are counted by month.
WITH event AS (
    SELECT * FROM inspection_event
    WHERE started_on > (SELECT min(period_end) - 366 FROM period) AND started_on <= (SELECT max(period_end) FROM period)
),
reached AS (
    SELECT day.started_on, min(CASE WHEN period.period_end >= day.started_on THEN period.month END) AS entered,
        min(CASE WHEN period.period_end - 365 >= day.started_on THEN period.month END) AS left_365_days,
        min(CASE WHEN period.year_start > day.started_on THEN period.month END) AS left_year
    FROM (SELECT DISTINCT started_on FROM event) AS day CROSS JOIN period
    GROUP BY day.started_on
),
counted AS (
    SELECT event.retailer_number, reached.entered, reached.left_365_days, reached.left_year, count(*) AS inspections,
        count(CASE WHEN NOT event.is_case_specific THEN 1 END) AS planned,
        count(CASE WHEN NOT event.is_team_unknown THEN 1 END) AS of_known_teams
    FROM event JOIN reached ON reached.started_on = event.started_on
    GROUP BY event.retailer_number, reached.entered, reached.left_365_days, reached.left_year
),
moved AS (
    SELECT retailer_number, entered AS month, inspections, planned, of_known_teams FROM counted
    UNION ALL
    SELECT retailer_number, left_365_days, -inspections, 0, -of_known_teams FROM counted WHERE left_365_days IS NOT NULL
    UNION ALL
    SELECT retailer_number, left_year, 0, -planned, 0 FROM counted WHERE left_year IS NOT NULL
    UNION ALL
    SELECT shop.retailer_number, period.month, 0, 0, 0
    FROM (SELECT DISTINCT retailer_number FROM counted) AS shop CROSS JOIN period
),
inspected AS (
    SELECT retailer_number, month, CAST(sum(sum(inspections)) OVER past AS BIGINT) AS inspections,
        CAST(sum(sum(planned)) OVER past AS BIGINT) AS of_this_year,
        CAST(sum(sum(of_known_teams)) OVER past AS BIGINT) AS of_known_teams
    FROM moved GROUP BY retailer_number, month
    WINDOW past AS (PARTITION BY retailer_number ORDER BY month)
),
pair AS (
    SELECT retailer_number, team_number, count(*) AS inspections, min(started_on) AS first_on
    FROM event WHERE NOT is_team_unknown GROUP BY retailer_number, team_number
),
doubted AS (
    SELECT inspected.month, period.period_end, inspected.retailer_number, inspected.of_known_teams
    FROM inspected
    JOIN (SELECT retailer_number, max(inspections) AS most FROM pair GROUP BY retailer_number) AS commonest
        ON commonest.retailer_number = inspected.retailer_number
    JOIN period ON period.month = inspected.month
    WHERE inspected.of_known_teams >= 4 AND 2 * commonest.most >= inspected.of_known_teams
),
by_team AS (
    SELECT doubted.month, doubted.retailer_number, doubted.of_known_teams, pair.team_number, count(*) AS inspections
    FROM doubted
    JOIN pair ON pair.retailer_number = doubted.retailer_number AND 2 * pair.inspections >= doubted.of_known_teams
        AND pair.first_on <= doubted.period_end
    JOIN event ON event.retailer_number = pair.retailer_number
        AND event.team_number IS NOT DISTINCT FROM pair.team_number
        AND event.started_on > doubted.period_end - 365 AND event.started_on <= doubted.period_end
    WHERE NOT event.is_team_unknown
    GROUP BY doubted.month, doubted.retailer_number, doubted.of_known_teams, pair.team_number
),
half AS (
    SELECT month, retailer_number, max(inspections) AS inspections FROM by_team
    WHERE 2 * inspections >= of_known_teams GROUP BY month, retailer_number
),
rated AS (
    SELECT DISTINCT period.month, retailer.retailer_number
    FROM record.evaluation AS evaluation
    JOIN period ON period.month = CAST(date_trunc('month', evaluation.rated_at) AS DATE)
        AND CAST(evaluation.rated_at AS DATE) <= period.period_end
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
    half.inspections AS top_team_inspection_count,
    rated.retailer_number IS NOT NULL AS has_rated
FROM period
JOIN retailer_placed AS retailer ON period.period_end BETWEEN retailer.in_force_from AND retailer.in_force_to
LEFT JOIN inspected ON inspected.month = period.month AND inspected.retailer_number = retailer.retailer_number
LEFT JOIN half ON half.month = period.month AND half.retailer_number = retailer.retailer_number
LEFT JOIN rated ON rated.month = period.month AND rated.retailer_number = retailer.retailer_number
