-- One row a read of reporter data, at the reader's unit of that day; a reader unknown to the register counts
-- at the top.
WITH access AS (
    SELECT *, CAST(read_at AS DATE) AS read_on FROM vault_access_delivered
),
root AS (
    SELECT access.read_on, min(unit.unit_id) AS unit_id
    FROM (SELECT DISTINCT read_on FROM access) AS access
    JOIN root_in_force AS unit ON access.read_on BETWEEN unit.in_force_from AND unit.in_force_to
    GROUP BY access.read_on
)
SELECT access.*, access.own_unknown AS unknown,
    coalesce(reader.unit_id, root.unit_id) AS unit_id,
    coalesce(reader.role <> 'discipline_group_officer', true) AS is_off_role
FROM access
LEFT JOIN staff_in_force AS reader ON reader.staff_id = access.reader_id
    AND access.read_on BETWEEN reader.in_force_from AND reader.in_force_to
LEFT JOIN root ON root.read_on = access.read_on
