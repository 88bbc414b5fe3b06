-- One number for all facts of a month, by kind: the same for as long as none of them changes.
SELECT subject_kind, month, bit_xor(hash(indicator_id, subject_id, numerator, denominator, observations)) AS number
FROM (
    SELECT subject_kind, month, indicator_id, subject_id, numerator, denominator, observations
    FROM snapshot.mart.indicator_fact WHERE subject_kind = 'unit'
    UNION ALL
    SELECT subject_kind, month, indicator_id, subject_id, numerator, denominator, observations
    FROM snapshot.mart.group_fact
) AS fact
WHERE month >= ? GROUP BY ALL
