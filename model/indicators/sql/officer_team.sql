-- One row an officer team and month, at every level of the tree: how far it is from what shops of the same risk show.
WITH checked AS (
    SELECT period.month, event.unit_id, event.team_number, retailer.risk_level,
        count(*) AS checks, count(CASE WHEN event.issue_count > 0 THEN 1 END) AS found
    FROM inspection_event AS event
    JOIN period ON period.month = CAST(date_trunc('month', event.started_on) AS DATE)
        AND event.started_on <= period.period_end
    JOIN retailer_in_force AS retailer ON retailer.retailer_number = event.retailer_number
        AND period.period_end BETWEEN retailer.in_force_from AND retailer.in_force_to
    WHERE event.issue_count IS NOT NULL AND event.has_officers
        AND NOT event.is_team_unknown AND NOT retailer.is_risk_unknown
    GROUP BY period.month, event.unit_id, event.team_number, retailer.risk_level
),
expected AS (
    SELECT *, sum(found) OVER stratum / sum(checks) OVER stratum AS stratum_rate
    FROM checked WINDOW stratum AS (PARTITION BY month, risk_level)
),
deviation AS (
    SELECT expected.month, tree.ancestor_id AS unit_id, expected.team_number, sum(expected.checks) AS inspection_count,
        (sum(expected.found) - sum(expected.checks * expected.stratum_rate)) / nullif(sqrt(
            sum(expected.checks * expected.stratum_rate * (1 - expected.stratum_rate))), 0) AS finding_z_score
    FROM expected JOIN mart.unit_tree AS tree ON tree.unit_id = expected.unit_id
    GROUP BY expected.month, tree.ancestor_id, expected.team_number
),
team AS (
    SELECT DISTINCT team_number, officer_team FROM officer_team_number
)
SELECT deviation.unit_id, team.officer_team, deviation.inspection_count, deviation.finding_z_score,
    period.month, period.period_start, period.period_end, period.period_end AS as_of,
    CAST(NULL AS VARCHAR[]) AS unknown
FROM deviation
JOIN period ON period.month = deviation.month
JOIN team ON team.team_number = deviation.team_number
