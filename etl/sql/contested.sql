-- Rows that cannot simply be added: a key twice in the file, or other content for a known record.
-- Told as it stands: by no earlier day than the record's own, and without a reference on either side that fell.
CREATE OR REPLACE TEMP TABLE fell AS
SELECT batch_id, row_number, column_name, value, rule FROM snapshot.quality.cell
WHERE table_name = $$table AND rule LIKE 'references %' AND value IS NOT NULL;
CREATE OR REPLACE TEMP TABLE same AS
SELECT known._id, s._row_number, r.batch_id, r.row_number
FROM known
JOIN (FROM $known_rows WHERE place IN (SELECT place FROM known)) r USING (place)
JOIN accepted_rows s ON s._id = known._id
WHERE $same
    AND r.batch_id NOT IN (SELECT batch_id FROM snapshot.quality.batch WHERE as_of > $$as_of)
    AND s._id NOT IN (SELECT _id FROM finding_cell WHERE rule LIKE 'references %')
    AND NOT EXISTS (SELECT 1 FROM fell WHERE fell.batch_id = r.batch_id AND fell.row_number = r.row_number);
CREATE OR REPLACE TEMP TABLE contested AS
SELECT s._id, $key_s FROM accepted_rows s SEMI JOIN repeated USING ($key)
UNION
SELECT s._id, $key_s FROM accepted_rows s JOIN known USING (_id) ANTI JOIN same USING (_id);
CREATE OR REPLACE TEMP TABLE current_rows AS
FROM $known_rows WHERE place IN (SELECT place FROM known SEMI JOIN contested USING (_id))
