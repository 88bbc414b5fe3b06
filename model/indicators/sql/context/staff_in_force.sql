-- Every version of a member of staff, with the days on which it was in force.
SELECT version.staff_id, version.unit_id, version.role, version.is_key_post, version.post_since, version.state,
    version.certificate_no, version.certificate_valid_from, version.certificate_valid_to,
    version.in_force_from, coalesce(version.in_force_to, DATE '9999-12-31') AS in_force_to,
    list_concat(batch.unrecorded, cell.columns) AS unknown,
    coalesce(list_has_any(list_concat(batch.unrecorded, cell.columns),
        ['staff.certificate_no', 'staff.certificate_valid_from', 'staff.certificate_valid_to']), false)
            AS is_certificate_unknown
FROM record.staff_version AS version
JOIN delivered_batch AS batch ON batch.batch_id = version.batch_id
LEFT JOIN unknown_cell AS cell
    ON cell.table_name = 'staff' AND cell.batch_id = version.batch_id AND cell.row_number = version.row_number
