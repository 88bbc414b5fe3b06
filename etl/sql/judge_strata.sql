-- What the standardised mean of one indicator is made of, units by their name; `weight` is the stratum's.
SELECT part.unit_id AS subject_id, part.month, coalesce(part.stratum, '') AS stratum, held.weight,
    part.numerator, part.denominator, part.observations::DOUBLE AS observations
FROM snapshot.mart.indicator_stratum AS part
JOIN snapshot.mart.indicator_weight AS held ON held.indicator_id = part.indicator_id
    AND held.stratum IS NOT DISTINCT FROM part.stratum
WHERE part.indicator_id = ? AND held.rule_version = ?
