-- What adds up: parts are the numbers.
SELECT rolled.indicator_id, rolled.unit_id, 'unit' AS subject_kind, rolled.unit_id AS subject_id, rolled.month,
    coalesce(rolled.numerator, 0) AS numerator, coalesce(rolled.denominator, 0) AS denominator, rolled.observations
FROM rolled JOIN declared ON declared.indicator_id = rolled.indicator_id AND declared.shape = 'ratio'
WHERE rolled.observations > 0
