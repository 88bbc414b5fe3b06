-- The rows of a table from sources that record what an aggregate needs, none of it unreadable, each with its clock.
CREATE OR REPLACE TEMP VIEW usable_$table AS
SELECT r.*, s.as_of
FROM snapshot.record.$table r
JOIN snapshot.quality.batch b USING (batch_id)
JOIN aggregate_source s ON s.table_name = '$table' AND s.source = b.source
ANTI JOIN (
    SELECT c.batch_id, c.row_number FROM snapshot.quality.cell c
    WHERE c.table_name = '$table' AND c.column_name IN ($needs)
) u ON u.batch_id = r.batch_id AND u.row_number = r.row_number
