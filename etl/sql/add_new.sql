-- Records seen for the first time.
INSERT INTO $record ($columns, batch_id, row_number)
SELECT $columns, $$batch, _row_number FROM accepted_rows
WHERE $condition
