-- The current rows of a table, and every version that was superseded.
CREATE TABLE IF NOT EXISTS $record ($columns, batch_id BIGINT, row_number BIGINT);
CREATE TABLE IF NOT EXISTS $revision (
    $columns, batch_id BIGINT, row_number BIGINT,
    superseded_by_batch_id BIGINT, superseded_by_row_number BIGINT, changed_columns VARCHAR[]
)
