-- What the subjects of one kind are called: posts by their code, units and cells by their name, branches as they are.
INSERT INTO snapshot.mart.portrait_subject
SELECT $$kind, p.subject_id, coalesce(r.name_zh, u.name, c.name, p.subject_id),
    coalesce(u.name, c.name, replace(p.subject_id, '_', ' '))
FROM (SELECT DISTINCT subject_id FROM snapshot.mart.portrait WHERE subject_kind = $$kind) AS p
LEFT JOIN role_name r ON r.subject_id = p.subject_id AND $$kind = 'post_group'
LEFT JOIN snapshot.mart.unit u ON u.unit_id = p.subject_id
LEFT JOIN (
    SELECT cell_id, any_value(name) AS name FROM snapshot.mart.cell WHERE $$kind = 'cell' GROUP BY cell_id
) c ON c.cell_id = p.subject_id
ORDER BY ALL
