-- Rows of which a check has found something, or whose record has other versions, stand apart from now on.
INSERT INTO examined BY NAME
SELECT rowid AS _id, row_number, $columns FROM $staged
WHERE rowid IN (SELECT _id FROM ($which)) AND rowid NOT IN (SELECT _id FROM examined)
