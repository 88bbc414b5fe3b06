-- The earlier months whose warnings rest on numbers that are no longer the same: they are judged anew.
WITH now AS (
    SELECT w.warning_id, sum(f.numerator) / nullif(sum(f.denominator), 0) AS value
    FROM snapshot.mart.warning w
    LEFT JOIN snapshot.mart.indicator_fact f ON f.indicator_id = w.indicator_id AND f.subject_kind = w.subject_kind
        AND f.subject_id = w.subject_id AND f.month BETWEEN w.period_start AND w.period_end
    WHERE w.kind IN ('signal', 'outlier') GROUP BY w.warning_id
)
SELECT DISTINCT w.indicator_id, date_trunc('month', w.period_end)::DATE AS month
FROM snapshot.mart.warning w JOIN now USING (warning_id)
WHERE now.value IS NULL OR abs(now.value - w.value) > 1e-9
