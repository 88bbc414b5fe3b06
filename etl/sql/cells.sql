-- Malformed values of rows that are loaded.
INSERT INTO snapshot.quality.cell
SELECT $$table, $$file, s._row_number, f.column_name, f.value, f.rule, $$batch
FROM finding_cell f JOIN staged_rows s USING (_id)
WHERE f._id NOT IN (SELECT _id FROM finding_reason)
