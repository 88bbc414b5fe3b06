-- Where each fine lies within its band, 0 at the lower edge and 1 at the upper one, of cases without leniency. Rounded,
-- so that a fine on an edge lies on it and not beside it.
SELECT 'unit' AS subject_kind, unit_id AS subject_id, unit_id,
    round(greatest((fine_amount / penalty_base_amount - band_low) / (band_high - band_low), 0), 9) AS value
FROM record.enforcement_case
WHERE penalty_base_amount > 0 AND fine_amount > 0 AND band_high > band_low AND mitigation_code IS NULL
    AND penalty_decided_on >= CAST($$since AS DATE) AND penalty_decided_on < CAST($$until AS DATE)
    AND fine_amount / penalty_base_amount BETWEEN band_low - 1e-6 AND band_high + 1e-6
