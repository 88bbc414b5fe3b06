-- Versions of one thing that overlap an earlier one: the later row waits until the earlier one is closed. A stand-in gives
-- way and closes nothing.
INSERT INTO finding_reason
WITH latest AS (
    SELECT _id, $owner AS owner, valid_from, valid_to FROM staged_rows
    QUALIFY row_number() OVER (PARTITION BY $owner, valid_from ORDER BY _row_number DESC, _id DESC) = 1
),
versions AS (
    SELECT owner, valid_from, valid_to FROM latest
    UNION ALL
    SELECT $owner, valid_from, valid_to FROM $record r
    WHERE NOT EXISTS (SELECT 1 FROM latest l WHERE l.owner = r.$owner AND l.valid_from = r.valid_from)
        AND batch_id NOT IN ($stand_ins)
)
SELECT DISTINCT latest._id, 'valid_to: versions of one $owner_text do not overlap', true
FROM latest
JOIN versions earlier ON earlier.owner = latest.owner AND earlier.valid_from < latest.valid_from
    AND (earlier.valid_to IS NULL OR earlier.valid_to >= latest.valid_from)
