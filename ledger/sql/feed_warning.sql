-- Dispositions as the record contract's `warning`. A warning that was withdrawn before anybody took it up is none.
SELECT d.warning_id, d.indicator_id, d.rule_version, d.unit_id, d.object_type, d.level AS warning_level,
    d.value, d.threshold, d.sample_count, d.raised_at, d.due_at, d.state, d.verdict, d.measure AS action,
    handler.staff_id AS handler_id, d.closed_at, reviewer.staff_id AS reviewer_id
FROM disposition d
LEFT JOIN account handler ON handler.name = d.handler
LEFT JOIN account reviewer ON reviewer.name = d.reviewer
WHERE d.state <> 'raised' OR d.withdrawn_on IS NULL
