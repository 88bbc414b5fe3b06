-- The earlier months whose warnings rest on numbers that are no longer the same: they are judged anew.
-- standardised_row: the indicators that are standardised means, with the version and the minimum of their strata.
WITH told AS (
    FROM snapshot.mart.warning WHERE kind IN ('signal', 'outlier')
),
stratum AS (
    SELECT w.warning_id, held.weight, sum(s.numerator) / sum(s.denominator) AS mean
    FROM told w
    JOIN standardised_row d USING (indicator_id)
    JOIN snapshot.mart.indicator_stratum s ON s.indicator_id = w.indicator_id AND s.unit_id = w.subject_id
        AND s.month BETWEEN w.period_start AND w.period_end
    JOIN snapshot.mart.indicator_weight held ON held.indicator_id = s.indicator_id
        AND held.rule_version = d.rule_version AND held.stratum IS NOT DISTINCT FROM s.stratum
    GROUP BY w.warning_id, held.stratum, held.weight, d.minimum HAVING sum(s.observations) >= d.minimum
),
now AS (
    SELECT warning_id, sum(weight * mean) / sum(weight) AS value FROM stratum GROUP BY warning_id
    UNION ALL
    SELECT w.warning_id, sum(f.numerator) / nullif(sum(f.denominator), 0) AS value
    FROM told w
    JOIN snapshot.mart.indicator_fact f ON f.indicator_id = w.indicator_id AND f.subject_kind = w.subject_kind
        AND f.subject_id = w.subject_id AND f.month BETWEEN w.period_start AND w.period_end
    WHERE w.indicator_id NOT IN (SELECT indicator_id FROM standardised_row) GROUP BY w.warning_id
)
SELECT DISTINCT w.indicator_id, date_trunc('month', w.period_end)::DATE AS month
FROM told w LEFT JOIN now USING (warning_id)
WHERE now.value IS NULL OR abs(now.value - w.value) > 1e-9
