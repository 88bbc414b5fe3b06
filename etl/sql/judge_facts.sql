-- The facts of one indicator, subjects by their number.
SELECT s.number AS subject, f.month, f.numerator, f.denominator, f.observations::DOUBLE AS observations
FROM snapshot.mart.indicator_fact f
JOIN judge_subject s ON s.subject_kind = f.subject_kind AND s.subject_id = f.subject_id
WHERE f.indicator_id = ?
