-- Spread over mean of each stratum that is large enough, averaged by observations; no value where none is.
WITH stratum_spread AS (
    SELECT rolled.*, rolled.observations >= greatest(declared.minimum_denominator, 2)
        AND rolled.denominator <> 0 AS is_enough
    FROM rolled JOIN declared ON declared.indicator_id = rolled.indicator_id AND declared.shape = 'dispersion'
),
added AS (
    SELECT indicator_id, unit_id, month,
        sum(CASE WHEN is_enough THEN observations * numerator / denominator END) AS weighted,
        sum(CASE WHEN is_enough THEN observations END) AS held,
        sum(observations) AS observations
    FROM stratum_spread GROUP BY indicator_id, unit_id, month
)
SELECT indicator_id, unit_id, 'unit' AS subject_kind, unit_id AS subject_id, month,
    weighted AS numerator, coalesce(held, observations) AS denominator, coalesce(held, observations) AS observations
FROM added WHERE observations > 0
