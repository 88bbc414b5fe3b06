-- Digital scenarios: what was asked for, who took it up and how far it is. Projects, not persons.
CREATE OR REPLACE TABLE snapshot.mart.scenario AS
SELECT scenario_id, taker_unit_id AS unit_id, title AS name, owner_department AS department, step, 8 AS steps,
    state AS status, NULL::VARCHAR AS indicator_id, posted_on, taken_on AS started_on, launched_on, score
FROM usable_scenario ORDER BY posted_on, scenario_id
