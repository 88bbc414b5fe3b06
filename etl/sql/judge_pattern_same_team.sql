-- The same officers at the same shop: beside the checks that both have, unit by unit and quarter. Checks that follow a
-- clue go to who handles the clue, and are left out.
WITH checked AS (
    SELECT unit_id, quarter(started_at) + 4 * year(started_at) AS stratum, team_number AS team, retailer_id
    FROM record.inspection JOIN officer_team_number USING (officer_ids)
    WHERE retailer_id IS NOT NULL AND clue_id IS NULL AND has_officers
        AND started_at >= $$since AND started_at < $$until
),
named AS (
    SELECT team_number AS team, list_sort(list_distinct(any_value(officer_ids))) AS officers
    FROM officer_team_number GROUP BY team_number
),
team AS (SELECT unit_id, stratum, team, count(*) AS times FROM checked GROUP BY ALL),
shop AS (SELECT unit_id, stratum, retailer_id, count(*) AS times FROM checked GROUP BY ALL),
total AS (SELECT unit_id, stratum, count(*) AS times FROM checked GROUP BY ALL),
pair AS (SELECT unit_id, stratum, team, retailer_id, count(*) AS times FROM checked GROUP BY ALL),
often AS (SELECT unit_id, team, retailer_id FROM pair GROUP BY ALL HAVING sum(times) >= $least),
possible AS (
    SELECT unit_id, teams * shops AS pairs
    FROM (SELECT unit_id, count(DISTINCT team) AS teams FROM team GROUP BY unit_id)
    JOIN (
        SELECT unit_id, count(*) AS shops
        FROM (SELECT unit_id, retailer_id FROM shop GROUP BY ALL HAVING sum(times) >= $least) GROUP BY unit_id
    ) USING (unit_id)
)
SELECT 'unit' AS subject_kind, often.unit_id AS subject_id, often.unit_id, named.officers AS one,
    [often.retailer_id] AS other, CAST(NULL AS VARCHAR) AS outcome, total.stratum::VARCHAR AS stratum, coalesce(pair.times, 0) AS together,
    team.times AS of_one, shop.times AS of_other, total.times AS total, total.times AS sample, possible.pairs AS possible,
    (SELECT count(DISTINCT unit_id) FROM total) AS family
FROM often
JOIN shop ON shop.unit_id = often.unit_id AND shop.retailer_id = often.retailer_id
JOIN team ON team.unit_id = often.unit_id AND team.team = often.team AND team.stratum = shop.stratum
JOIN total ON total.unit_id = often.unit_id AND total.stratum = shop.stratum
JOIN possible ON possible.unit_id = often.unit_id
JOIN named ON named.team = often.team
LEFT JOIN pair ON pair.unit_id = often.unit_id AND pair.stratum = shop.stratum
    AND pair.team = often.team AND pair.retailer_id = often.retailer_id
