-- Records as the analysis surface may hold them: no names, and pseudonyms for persons and shops. Each of these is looked
-- up in a column read by itself: rows that are kept aside whole are read whole for every column.
INSERT INTO analysis.record.$table
WITH chosen AS NOT MATERIALIZED (FROM $chosen)
$pseudonyms
SELECT $columns, chosen.batch_id, chosen.row_number
FROM chosen $joins
