-- Rows that cannot simply be added: a key twice in the file, or other content for a known record.
CREATE OR REPLACE TEMP TABLE same AS
SELECT known._id
FROM known
JOIN (SELECT rowid AS place, * FROM $record WHERE rowid IN (SELECT place FROM known)) r USING (place)
JOIN accepted_rows s ON s._id = known._id
WHERE $same;
CREATE OR REPLACE TEMP TABLE contested AS
SELECT s._id, $key_s FROM accepted_rows s SEMI JOIN repeated USING ($key)
UNION
SELECT s._id, $key_s FROM accepted_rows s JOIN known USING (_id) ANTI JOIN same USING (_id);
CREATE OR REPLACE TEMP TABLE current_rows AS
SELECT rowid AS place, * FROM $record
WHERE rowid IN (SELECT place FROM known SEMI JOIN contested USING (_id))
