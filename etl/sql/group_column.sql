-- The rows of a view by the value of one of its columns.
SELECT *, $column AS group_id FROM ($rows) AS view_row WHERE $where
