-- Tasks that were not dropped, as the record contract's `oversight_task`.
SELECT t.task_id, t.task_list, t.responsible_party, t.unit_id, t.task, t.due_on, t.done_on, (
    SELECT min(a.file_name) FROM attachment a WHERE a.owner_kind = 'task' AND a.owner_id = t.task_id
) AS evidence_file
FROM task t
WHERE t.state <> 'dropped'
