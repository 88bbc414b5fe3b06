-- Digital scenarios: what was asked for, who took it up and how far it is. Projects, not persons.
CREATE OR REPLACE TABLE snapshot.mart.scenario AS
SELECT scenario_id, taker_unit_id AS unit_id, title AS name, owner_department AS department, step, 8 AS steps,
    state AS status, NULL::VARCHAR AS indicator_id, posted_on, taken_on AS started_on, launched_on, score
FROM usable_scenario ORDER BY posted_on, scenario_id;

-- How many of the whole bureau's are posted, claimed, launched, and at each of the eight steps. Retired ones are left out. A
-- problem has no unit until it is claimed, so there are no counts by unit.
CREATE OR REPLACE TABLE snapshot.mart.scenario_progress AS
WITH held AS (
    SELECT step, status <> 'collecting' AS is_posted, started_on IS NOT NULL AS is_claimed, launched_on IS NOT NULL AS is_launched
    FROM snapshot.mart.scenario WHERE status <> 'retired'
),
counted AS (
    SELECT unnest(['posted', 'claimed', 'launched']) AS stage, NULL::INTEGER AS step, unnest([count(*) FILTER (is_posted),
        count(*) FILTER (is_claimed), count(*) FILTER (is_launched)]) AS "count"
    FROM held
    UNION ALL
    SELECT 'at_step', s.step, count(h.step) FROM range(1, 9) s(step) LEFT JOIN held h ON h.step = s.step GROUP BY s.step
),
told AS (
    SELECT stage, step, "count", EXISTS (FROM snapshot.mart.scenario) AS is_known FROM counted
)
SELECT stage, step, CASE WHEN is_known THEN "count" END AS "count",
    CASE WHEN NOT is_known THEN absent('scenario') WHEN "count" > 0 THEN 'value' ELSE 'zero' END AS state
FROM told ORDER BY stage, step
