-- The same officers at the same shop: beside the checks that both have, unit by unit and quarter. Checks that follow a
-- clue go to who handles the clue, and are left out. Only pairs that met more than $ratio times as often as chance
-- gives are named: nothing is asked of the others. Units and shops are numbered, for pairs are counted by the million.
WITH unit_number AS (
    SELECT unit_id, CAST(row_number() OVER (ORDER BY unit_id) AS INTEGER) AS unit FROM mart.unit
),
shop_number AS (
    SELECT retailer_id, CAST(row_number() OVER (ORDER BY retailer_id) AS INTEGER) AS shop FROM record.retailer
),
pair AS MATERIALIZED (
    SELECT unit, CAST(quarter(started_at) + 4 * year(started_at) AS INTEGER) AS stratum,
        CAST(team_number AS INTEGER) AS team, shop, CAST(count(*) AS INTEGER) AS times
    FROM record.inspection JOIN officer_team_number USING (officer_ids)
    JOIN unit_number USING (unit_id) JOIN shop_number USING (retailer_id)
    WHERE clue_id IS NULL AND has_officers AND started_at >= $$since AND started_at < $$until
    GROUP BY ALL
),
team_check AS MATERIALIZED (SELECT unit, stratum, team, sum(times) AS times FROM pair GROUP BY ALL),
shop_check AS MATERIALIZED (SELECT unit, stratum, shop, sum(times) AS times FROM pair GROUP BY ALL),
total AS MATERIALIZED (SELECT unit, stratum, sum(times) AS times FROM pair GROUP BY ALL),
often AS (SELECT unit, team, shop, sum(times) AS times FROM pair GROUP BY ALL HAVING sum(times) >= $least),
unusual AS MATERIALIZED (
    SELECT unit, team, shop
    FROM often JOIN shop_check USING (unit, shop) JOIN team_check USING (unit, team, stratum)
    JOIN total USING (unit, stratum)
    GROUP BY ALL
    HAVING any_value(often.times) > $ratio * sum(shop_check.times * team_check.times / total.times) - 1e-9
),
possible AS (
    SELECT unit, teams * shops AS pairs
    FROM (SELECT unit, count(DISTINCT team) AS teams FROM team_check GROUP BY unit)
    JOIN (
        SELECT unit, count(*) AS shops
        FROM (SELECT unit, shop FROM shop_check GROUP BY ALL HAVING sum(times) >= $least) GROUP BY unit
    ) USING (unit)
),
named AS (
    SELECT team_number AS team, list_sort(list_distinct(any_value(officer_ids))) AS officers
    FROM officer_team_number WHERE team_number IN (SELECT team FROM unusual) GROUP BY team_number
)
SELECT 'unit' AS subject_kind, unit_id AS subject_id, unit_id, named.officers AS one,
    [retailer_id] AS other, CAST(NULL AS VARCHAR) AS outcome, CAST(stratum AS VARCHAR) AS stratum,
    coalesce(pair.times, 0) AS together, team_check.times AS of_one, shop_check.times AS of_other,
    total.times AS total, total.times AS sample, possible.pairs AS possible,
    (SELECT count(DISTINCT unit) FROM total) AS family
FROM unusual
JOIN shop_check USING (unit, shop)
JOIN team_check USING (unit, team, stratum)
JOIN total USING (unit, stratum)
JOIN possible USING (unit)
JOIN named USING (team)
JOIN unit_number USING (unit)
JOIN shop_number USING (shop)
LEFT JOIN pair USING (unit, team, shop, stratum)
