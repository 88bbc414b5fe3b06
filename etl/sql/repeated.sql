-- Keys that stand more than once in the file, and where the records lie that the file tells of again.
-- Keys are counted by their hashes, which are short; only those that share one are compared.
CREATE OR REPLACE TEMP TABLE shared AS
SELECT hash($key) AS key_hash FROM accepted_rows GROUP BY ALL HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT $key FROM accepted_rows WHERE hash($key) IN (SELECT key_hash FROM shared) GROUP BY ALL HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE known AS
SELECT s._id, r.rowid AS place FROM accepted_rows s JOIN $record r ON $same_key
