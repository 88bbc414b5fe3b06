-- The facts of units since a month; `kind` says whom a unit is like.
SELECT f.indicator_id, 'unit' AS subject_kind, f.subject_id, coalesce(u.unit_type, 'unit') AS kind, f.month,
    f.numerator, f.denominator, f.observations::DOUBLE AS observations
FROM snapshot.mart.indicator_fact f LEFT JOIN snapshot.mart.unit u ON u.unit_id = f.subject_id
WHERE f.subject_kind = 'unit' AND f.month >= ?
