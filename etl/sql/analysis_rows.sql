-- Records as the analysis surface may hold them: no names, and pseudonyms for persons and shops.
INSERT INTO analysis.record.$table
WITH chosen AS (FROM $chosen)
$pseudonyms
SELECT $columns, chosen.batch_id, chosen.row_number
FROM chosen $joins
