-- Rows of which the check made a needed value null: what was delivered was no value, which is not the same as none.
SELECT cell.table_name, cell.batch_id, cell.row_number,
    array_agg(DISTINCT cell.table_name || '.' || cell.column_name) AS columns
FROM quality.cell AS cell
JOIN needed_column AS needed ON needed.table_name = cell.table_name AND needed.column_name = cell.column_name
GROUP BY cell.table_name, cell.batch_id, cell.row_number
