-- The alterations found in this run.
CREATE OR REPLACE TEMP TABLE revision (
    table_name VARCHAR, indicator_id VARCHAR, unit_id VARCHAR, subject_id VARCHAR, happened_on DATE, columns BIGINT
)
