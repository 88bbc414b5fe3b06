-- Rows that tell a record again as it stands: the latest of them counts, by what it speaks for.
CREATE OR REPLACE TEMP TABLE again AS
SELECT same.batch_id, same.row_number, same._row_number
FROM same ANTI JOIN contested USING (_id) JOIN snapshot.quality.batch b USING (batch_id)
ANTI JOIN (
    SELECT c.batch_id, c.row_number FROM snapshot.quality.confirmation c
    JOIN snapshot.quality.batch later ON later.batch_id = c.by_batch_id
    WHERE c.table_name = $$table AND later.as_of > $$as_of
) newer USING (batch_id, row_number)
WHERE b.as_of < $$as_of;
DELETE FROM snapshot.quality.confirmation c USING again, snapshot.quality.batch told, snapshot.quality.batch own
WHERE c.table_name = $$table AND c.batch_id = again.batch_id AND c.row_number = again.row_number
    AND told.batch_id = c.by_batch_id AND own.batch_id = c.batch_id AND told.as_of > own.as_of;
INSERT INTO snapshot.quality.confirmation SELECT $$table, batch_id, row_number, $$batch, _row_number, $$is_release FROM again
