-- Keys that stand more than once in the file, and where the records lie that the file tells of again.
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT $key FROM accepted_rows GROUP BY ALL HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE known AS
SELECT s._id, r.rowid AS place FROM accepted_rows s JOIN $record r ON $same_key
