-- Honours granted to units, by year and level.
CREATE OR REPLACE TABLE snapshot.mart.honour AS
WITH told AS (
    SELECT t.ancestor_id AS unit_id, year(h.granted_on) AS year, h.honour_level AS level, count(*) AS "count"
    FROM usable_honour h JOIN snapshot.mart.unit_tree t USING (unit_id)
    GROUP BY ALL
)
SELECT unit_id, year, level, "count", 'value' AS state FROM told
UNION ALL
SELECT unit_id, NULL, NULL, NULL, absent('honour')
FROM snapshot.mart.unit u WHERE NOT EXISTS (FROM told t WHERE t.unit_id = u.unit_id)
ORDER BY ALL
