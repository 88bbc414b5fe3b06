-- The rows of one table, each with its source's clock and the needed columns of which nothing is known in it: null where
-- there are none, as in nearly every row, so that no list is made and looked into.
SELECT row_of.*, batch.source, batch.as_of,
    CASE WHEN batch.unrecorded IS NOT NULL OR cell.columns IS NOT NULL
        THEN list_concat(batch.unrecorded, cell.columns) END AS own_unknown
FROM $rows AS row_of
JOIN delivered_batch AS batch ON batch.batch_id = row_of.batch_id
LEFT JOIN unknown_cell AS cell
    ON cell.table_name = '$table' AND cell.batch_id = row_of.batch_id AND cell.row_number = row_of.row_number
