-- A team and what it finds, issues or nothing: beside the checks of the team and the findings of its unit, within the
-- risk of the shop and the quarter. Checks that follow a clue find more, and are left out.
WITH checked AS (
    SELECT i.unit_id, quarter(i.started_at) + 4 * year(i.started_at) || coalesce(r.risk_level, '') AS stratum,
        list_sort(list_distinct(i.officer_ids)) AS team,
        CASE WHEN i.issue_count > 0 THEN 'issue' ELSE 'nothing' END AS outcome
    FROM record.inspection AS i
    JOIN retailer_in_force AS r ON r.retailer_id = i.retailer_id
        AND CAST(i.started_at AS DATE) BETWEEN r.in_force_from AND r.in_force_to
    WHERE i.issue_count IS NOT NULL AND i.clue_id IS NULL AND len(i.officer_ids) > 0
        AND i.started_at >= $$since AND i.started_at < $$until
),
team AS (SELECT unit_id, stratum, team, count(*) AS times FROM checked GROUP BY ALL),
found AS (SELECT unit_id, stratum, outcome, count(*) AS times FROM checked GROUP BY ALL),
total AS (SELECT unit_id, stratum, count(*) AS times FROM checked GROUP BY ALL),
pair AS (SELECT unit_id, stratum, team, outcome, count(*) AS times FROM checked GROUP BY ALL),
often AS (SELECT unit_id, team FROM team GROUP BY ALL HAVING sum(times) >= $least),
possible AS (SELECT unit_id, 2 * count(*) AS pairs FROM often GROUP BY unit_id)
SELECT 'unit' AS subject_kind, often.unit_id AS subject_id, often.unit_id, often.team AS one,
    CAST(NULL AS VARCHAR[]) AS other, found.outcome,
    total.stratum::VARCHAR AS stratum, coalesce(pair.times, 0) AS together,
    team.times AS of_one, found.times AS of_other, total.times AS total, team.times AS sample, possible.pairs AS possible,
    (SELECT count(DISTINCT unit_id) FROM total) AS family
FROM often
JOIN team ON team.unit_id = often.unit_id AND team.team = often.team
JOIN found ON found.unit_id = often.unit_id AND found.stratum = team.stratum
JOIN total ON total.unit_id = often.unit_id AND total.stratum = team.stratum
JOIN possible ON possible.unit_id = often.unit_id
LEFT JOIN pair ON pair.unit_id = often.unit_id AND pair.stratum = team.stratum
    AND pair.team = often.team AND pair.outcome = found.outcome
