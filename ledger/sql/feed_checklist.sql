-- The items of lists in force, as the record contract's `checklist`, which knows no list of 三张清单.
SELECT i.item_id, l.list_kind, l.post AS role, i.power, i.risk, i.risk_level, i.control_measure,
    i.responsible_post AS responsible_role, i.indicator_ids, CAST(l.version AS VARCHAR(10)) AS list_version, l.reviewed_on
FROM duty_item i JOIN duty_list l ON l.list_id = i.list_id
WHERE l.state = 'in_force' AND coalesce(l.task_list, '') <> 'three_lists'
