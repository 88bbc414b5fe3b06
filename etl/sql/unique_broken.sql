-- A value that must be unique but already belongs to another record, or to an earlier row of this file. What a record
-- holds is free for others only where this file tells of the record anew, in a row that is not kept out.
CREATE OR REPLACE TEMP TABLE broken AS
SELECT s._id
FROM (SELECT _id, _row_number, $value AS value, $key AS record_key FROM staged_rows WHERE $column IS NOT NULL) s
WHERE EXISTS (
    SELECT 1 FROM $record r
    WHERE $held = s.value AND ($record_key) <> s.record_key
        AND ($record_key) NOT IN (SELECT $key FROM staged_rows WHERE _id NOT IN (SELECT _id FROM finding_reason))
) OR EXISTS (
    SELECT 1 FROM staged_rows o
    WHERE $other = s.value AND ($key_other) <> s.record_key AND (o._row_number, o._id) < (s._row_number, s._id)
        AND o._id NOT IN (SELECT _id FROM finding_reason)
)
