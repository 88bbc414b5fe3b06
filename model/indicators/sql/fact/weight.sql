-- The standard weights of a rule version: the mix of the whole bureau in the twelve months up to its newest,
-- then frozen.
WITH newest AS (
    SELECT indicator_id, max(month) AS month FROM part GROUP BY indicator_id
),
mix AS (
    SELECT part.indicator_id, declared.version AS rule_version, part.stratum, sum(part.observations) AS observations
    FROM part
    JOIN declared ON declared.indicator_id = part.indicator_id AND declared.shape = 'standardised_mean'
    JOIN newest ON newest.indicator_id = part.indicator_id AND part.month > newest.month - INTERVAL 12 MONTH
    LEFT JOIN mart.indicator_weight AS frozen
        ON frozen.indicator_id = part.indicator_id AND frozen.rule_version = declared.version
    WHERE frozen.indicator_id IS NULL
    GROUP BY part.indicator_id, declared.version, part.stratum
)
SELECT indicator_id, rule_version, stratum,
    observations / sum(observations) OVER (PARTITION BY indicator_id) AS weight
FROM mix
