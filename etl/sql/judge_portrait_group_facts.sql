-- The facts of the groups of one kind since a month.
SELECT indicator_id, subject_kind, subject_id, subject_kind AS kind, month, numerator, denominator,
    observations::DOUBLE AS observations
FROM snapshot.mart.group_fact WHERE subject_kind = ? AND month >= ?
