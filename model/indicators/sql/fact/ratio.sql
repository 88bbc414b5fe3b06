-- What adds up: parts are the numbers. Fractions are rounded, for their sum depends on the order in which they were added.
SELECT rolled.indicator_id, rolled.unit_id, 'unit' AS subject_kind, rolled.unit_id AS subject_id, rolled.month,
    round(coalesce(rolled.numerator, 0), 9) AS numerator,
    round(coalesce(rolled.denominator, 0), 9) AS denominator, rolled.observations
FROM rolled JOIN declared ON declared.indicator_id = rolled.indicator_id AND declared.shape = 'ratio'
WHERE rolled.observations > 0
