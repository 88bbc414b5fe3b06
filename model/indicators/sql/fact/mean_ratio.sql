-- One group's mean over another's; it rests on the smaller group.
SELECT rolled.indicator_id, rolled.unit_id, 'unit' AS subject_kind, rolled.unit_id AS subject_id, rolled.month,
    rolled.numerator / rolled.numerator_count AS numerator, rolled.denominator / rolled.denominator_count
        AS denominator,
    least(rolled.numerator_count, rolled.denominator_count) AS observations
FROM rolled JOIN declared ON declared.indicator_id = rolled.indicator_id AND declared.shape = 'mean_ratio'
WHERE rolled.numerator_count > 0 AND rolled.denominator_count > 0
