-- Records as the analysis surface may hold them: no names, and pseudonyms for persons and shops.
INSERT INTO analysis.record.$table
WITH chosen AS (SELECT r.* FROM snapshot.record.$table r $condition)
$pseudonyms
SELECT $columns, chosen.batch_id, chosen.row_number
FROM chosen $joins
