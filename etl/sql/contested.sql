-- Rows that cannot simply be added: a key twice in the file, or other content for a known record.
CREATE OR REPLACE TEMP TABLE contested AS
SELECT s._id, $key_s FROM accepted_rows s SEMI JOIN repeated USING ($key)
UNION
SELECT s._id, $key_s FROM accepted_rows s JOIN known USING (_id) WHERE NOT known.is_same
