-- Rows whose reference has no parent among the loaded records (and, for a reference to itself, this file).
CREATE OR REPLACE TEMP TABLE broken AS
SELECT DISTINCT _id
FROM (SELECT _id, $value AS reference FROM staged_rows WHERE $column IS NOT NULL) child
ANTI JOIN ($parents) parent ON child.reference = parent.reference
