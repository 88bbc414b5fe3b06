-- Values that fell because their parent was missing, and whose parent has arrived.
CREATE OR REPLACE TEMP TABLE healing AS
SELECT r.rowid AS place, c.value, c.batch_id, c.row_number
FROM snapshot.quality.cell c JOIN $record r USING (batch_id, row_number)
WHERE c.table_name = $$table AND c.column_name = $$column AND c.rule = $$rule AND c.value IS NOT NULL AND $has_parent;
INSERT INTO removed SELECT $$table, batch_id, row_number FROM healing;
INSERT INTO added SELECT $$table, batch_id, row_number FROM healing;
UPDATE $record SET $name = $value FROM healing WHERE $record.rowid = healing.place;
DELETE FROM snapshot.quality.cell c USING healing h
WHERE c.table_name = $$table AND c.column_name = $$column AND c.batch_id = h.batch_id AND c.row_number = h.row_number
