-- Applications filed by the commonest agent of a unit, of all that it received: each unit beside its like. Every unit has
-- a commonest agent; what is told of is one behind far more applications than elsewhere.
WITH filed AS (
    SELECT unit_id, agent_hash FROM record.licence_application
    WHERE submitted_at >= $$since AND submitted_at < $$until
),
commonest AS (
    SELECT unit_id, agent_hash
    FROM (SELECT unit_id, agent_hash, count(*) AS times FROM filed WHERE agent_hash IS NOT NULL GROUP BY ALL)
    QUALIFY row_number() OVER (PARTITION BY unit_id ORDER BY times DESC, agent_hash) = 1
),
thing AS (
    SELECT filed.unit_id, CAST(NULL AS VARCHAR) AS cell_id, '' AS risk,
        coalesce(filed.agent_hash = commonest.agent_hash, false) AS is_hit
    FROM filed LEFT JOIN commonest USING (unit_id)
),
$counted
