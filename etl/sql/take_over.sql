-- What fell of a version for want of its parent is reported of the version too that took the column over.
INSERT INTO snapshot.quality.cell
SELECT $$table, $$file, t.row_number, t.column_name, t.value, t.rule, t.batch_id
FROM taken_over t JOIN chain USING (batch_id, row_number) WHERE chain.is_new
