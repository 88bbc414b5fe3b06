-- The strata's means, averaged with fixed weights over the strata that are large enough.
-- The numerator is null, and so there is no value, where these hold less than half of the weight. Added in order, so that
-- the same records give the same number to its last digit.
WITH stratum_mean AS (
    SELECT rolled.*, weight.weight,
        rolled.observations >= declared.minimum_denominator AND weight.weight IS NOT NULL AS is_enough
    FROM rolled
    JOIN declared ON declared.indicator_id = rolled.indicator_id AND declared.shape = 'standardised_mean'
    LEFT JOIN mart.indicator_weight AS weight ON weight.indicator_id = rolled.indicator_id
        AND weight.rule_version = declared.version AND weight.stratum IS NOT DISTINCT FROM rolled.stratum
),
added AS (
    SELECT indicator_id, unit_id, month,
        sum(CASE WHEN is_enough THEN weight END ORDER BY stratum) AS weight_held,
        sum(CASE WHEN is_enough THEN weight * numerator / denominator END ORDER BY stratum) AS weighted,
        sum(CASE WHEN is_enough THEN observations END) AS held,
        sum(observations) AS observations
    FROM stratum_mean GROUP BY indicator_id, unit_id, month
)
SELECT indicator_id, unit_id, 'unit' AS subject_kind, unit_id AS subject_id, month,
    CASE WHEN weight_held >= 0.5 THEN weighted / weight_held * held END AS numerator,
    CASE WHEN weight_held >= 0.5 THEN held ELSE observations END AS denominator,
    CASE WHEN weight_held >= 0.5 THEN held ELSE observations END AS observations
FROM added
