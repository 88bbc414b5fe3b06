-- The staged rows become the record table; those that stand apart are added in the form in which they are accepted.
DELETE FROM $staged WHERE rowid IN (SELECT _id FROM examined);
ALTER TABLE $staged DROP COLUMN _texts;
DROP TABLE $record;
ALTER TABLE $staged RENAME TO $name;
INSERT INTO $record ($columns, batch_id, row_number)
SELECT $columns, $$batch, _row_number FROM examined_rows
WHERE _id NOT IN (SELECT _id FROM finding_reason) AND $condition
