-- Values that fell because their parent was missing, and whose parent has arrived: of rows that are current, superseded, or
-- were told again and stand nowhere.
CREATE OR REPLACE TEMP TABLE healing AS
SELECT c.value, c.batch_id, c.row_number
FROM snapshot.quality.cell c
WHERE c.table_name = $$table AND c.column_name = $$column AND c.rule = $$rule AND c.value IS NOT NULL AND $has_parent;
CREATE OR REPLACE TEMP TABLE healing_place AS
SELECT r.rowid AS place, healing.value, batch_id, row_number FROM healing JOIN $record r USING (batch_id, row_number);
INSERT INTO removed SELECT $$table, batch_id, row_number FROM healing_place;
INSERT INTO added SELECT $$table, batch_id, row_number FROM healing_place;
UPDATE $record SET $name = $value FROM healing_place healing WHERE $record.rowid = healing.place;
UPDATE $revision r SET $name = $value FROM healing
WHERE r.batch_id = healing.batch_id AND r.row_number = healing.row_number;
DELETE FROM snapshot.quality.cell c USING healing h
WHERE c.table_name = $$table AND c.column_name = $$column AND c.batch_id = h.batch_id AND c.row_number = h.row_number
