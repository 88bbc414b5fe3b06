-- What the subjects of one kind are called: posts by their code, units and cells by their name, branches as they are.
INSERT INTO snapshot.mart.portrait_subject
SELECT p.subject_kind, p.subject_id,
    coalesce(any_value(r.name_zh), any_value(u.name), any_value(c.name), p.subject_id),
    coalesce(any_value(u.name), any_value(c.name), replace(p.subject_id, '_', ' '))
FROM snapshot.mart.portrait p
LEFT JOIN role_name r ON r.subject_id = p.subject_id AND p.subject_kind = 'post_group'
LEFT JOIN snapshot.mart.unit u ON u.unit_id = p.subject_id
LEFT JOIN snapshot.mart.cell c ON c.cell_id = p.subject_id AND p.subject_kind = 'cell'
WHERE p.subject_kind = $$kind
GROUP BY p.subject_kind, p.subject_id ORDER BY ALL
