-- The largest group's part of a unit's rows.
SELECT rolled.indicator_id, rolled.unit_id, 'unit' AS subject_kind, rolled.unit_id AS subject_id, rolled.month,
    max(rolled.numerator) AS numerator, sum(rolled.denominator) AS denominator, sum(rolled.observations)
        AS observations
FROM rolled JOIN declared ON declared.indicator_id = rolled.indicator_id AND declared.shape = 'largest_share'
GROUP BY rolled.indicator_id, rolled.unit_id, rolled.month
