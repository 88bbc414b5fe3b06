-- The rows of a batch that wait for a parent, as text again.
CREATE OR REPLACE TEMP TABLE waiting AS
SELECT row_number AS _row_number, $columns
FROM (
    SELECT row_number, from_json("row", '$structure') AS cells FROM snapshot.quality.quarantine
    WHERE table_name = $$table AND batch_id = $$batch AND is_waiting
)
