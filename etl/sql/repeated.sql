-- Keys that stand more than once in the file, and rows whose record is already known.
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT $key FROM accepted_rows GROUP BY ALL HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE known AS
SELECT s._id, $same AS is_same
FROM accepted_rows s JOIN $record r ON $same_key
