-- The rows of which anything is to be said, apart from the many that are loaded as they stand.
CREATE OR REPLACE TABLE examined (
    _id BIGINT, row_number BIGINT, $columns,
    _cells STRUCT(column_name VARCHAR, "value" VARCHAR, "rule" VARCHAR)[], _reasons VARCHAR[], _text VARCHAR
)
