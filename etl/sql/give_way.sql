-- Stand-ins go, once anything else gives the record, whatever day either speaks for. They were made and not delivered: no
-- revisions, since the record was never told otherwise.
CREATE OR REPLACE TEMP TABLE giving_way AS
SELECT rowid AS place, batch_id, row_number FROM $record
WHERE batch_id IN ($stand_ins) AND $owner IN (SELECT $owner FROM accepted_rows);
INSERT INTO removed SELECT $$table, batch_id, row_number FROM giving_way;
DELETE FROM snapshot.quality.cell c USING giving_way gone
WHERE c.table_name = $$table AND c.batch_id = gone.batch_id AND c.row_number = gone.row_number;
DELETE FROM $record WHERE rowid IN (SELECT place FROM giving_way);
UPDATE snapshot.quality.batch b SET derived_count = derived_count - gone.rows
FROM (SELECT batch_id, count(*) AS rows FROM giving_way GROUP BY ALL) gone WHERE b.batch_id = gone.batch_id
