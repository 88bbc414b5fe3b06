-- The rows of the batch as they would be loaded: those that are loaded as they stand, and those apart from them.
CREATE OR REPLACE TEMP VIEW plain_rows AS
SELECT rowid AS _id, row_number AS _row_number, $plain FROM $staged WHERE rowid NOT IN (SELECT _id FROM examined);
CREATE OR REPLACE TEMP VIEW examined_rows AS
SELECT _id, row_number AS _row_number, $examined, _text FROM examined;
CREATE OR REPLACE TEMP VIEW staged_rows AS
SELECT *, CAST(NULL AS VARCHAR) AS _text FROM plain_rows UNION ALL FROM examined_rows;
CREATE OR REPLACE TEMP VIEW accepted_rows AS
SELECT *, CAST(NULL AS VARCHAR) AS _text FROM plain_rows
UNION ALL FROM examined_rows WHERE _id NOT IN (SELECT _id FROM finding_reason)
