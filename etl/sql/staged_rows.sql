-- The staged rows with every column of the contract (null where the file does not deliver it) and their number.
CREATE OR REPLACE TEMP VIEW staged_rows AS
SELECT rowid AS _id, $number AS _row_number, $columns, _cells, _reasons, _text FROM staged
