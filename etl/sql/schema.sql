-- What the loader keeps beside the records: batches, findings, and the marts that pages read.
CREATE SCHEMA IF NOT EXISTS record;
CREATE SCHEMA IF NOT EXISTS quality;
CREATE SCHEMA IF NOT EXISTS mart;

-- One row a file that the inbox ever offered, refused ones included; file is its path in the inbox.
CREATE TABLE IF NOT EXISTS quality.file (
    file VARCHAR, sha256 VARCHAR, source VARCHAR, table_names VARCHAR[], size_bytes BIGINT, row_count BIGINT,
    status VARCHAR, error VARCHAR, as_of TIMESTAMP, arrived_at TIMESTAMP, snapshot_id VARCHAR,
    is_sealed BOOLEAN, unknown_columns VARCHAR[],
    modified_ns BIGINT, changed_ns BIGINT, cursor_value VARCHAR
);

-- One row a file and table: what came, as of when, and where its rows went.
-- read_count = loaded_count + unchanged_count + superseding_count + quarantined_count + merged_count, always.
CREATE TABLE IF NOT EXISTS quality.batch (
    batch_id BIGINT, snapshot_id VARCHAR, source VARCHAR, input VARCHAR, table_name VARCHAR, file VARCHAR, sha256 VARCHAR,
    as_of TIMESTAMP, arrived_at TIMESTAMP, extent VARCHAR, role VARCHAR, recorded_columns VARCHAR[],
    read_count BIGINT, loaded_count BIGINT, unchanged_count BIGINT, superseding_count BIGINT,
    quarantined_count BIGINT, merged_count BIGINT, released_count BIGINT, released_unchanged_count BIGINT,
    derived_count BIGINT, cell_count BIGINT
);

-- Rows kept out, whole (JSON object of column -> text as delivered), with every rule that they broke.
-- is_waiting: only a missing parent is wrong; the row is released when it arrives.
CREATE TABLE IF NOT EXISTS quality.quarantine (
    table_name VARCHAR, file VARCHAR, row_number BIGINT, reasons VARCHAR[], "row" VARCHAR,
    batch_id BIGINT, is_waiting BOOLEAN, unit_id VARCHAR
);

-- Malformed optional values: set to null in the record, reported here. value is null where it may not be shown.
CREATE TABLE IF NOT EXISTS quality.cell (
    table_name VARCHAR, file VARCHAR, row_number BIGINT, column_name VARCHAR, value VARCHAR, rule VARCHAR,
    batch_id BIGINT
);

-- Records that a later full extract of the same source no longer holds; returned_batch_id once they are back.
CREATE TABLE IF NOT EXISTS quality.disappeared (
    table_name VARCHAR, record_key VARCHAR, batch_id BIGINT, missing_batch_id BIGINT, returned_batch_id BIGINT
);

-- The last delivery that told a version of a record again as it stood, and the first of an earlier day that came late: what
-- other content comes between any two of them, it neither hides what was told after it nor forgets what was told before.
CREATE TABLE IF NOT EXISTS quality.confirmation (
    table_name VARCHAR, batch_id BIGINT, row_number BIGINT, by_batch_id BIGINT, by_row_number BIGINT
);
-- Whether the row that told it had waited for a parent: its batch then counts it among the released.
ALTER TABLE quality.confirmation ADD COLUMN IF NOT EXISTS is_released BOOLEAN DEFAULT false;

-- The sources' birth certificates and clocks.
CREATE TABLE IF NOT EXISTS quality.source (
    source VARCHAR, name_zh VARCHAR, name_en VARCHAR, producer VARCHAR, owner VARCHAR, licence VARCHAR,
    extent VARCHAR, cadence_days INTEGER, as_of TIMESTAMP, arrived_at TIMESTAMP, row_count BIGINT
);

-- Every unit with each of its ancestors, itself included (distance 0).
CREATE TABLE IF NOT EXISTS mart.unit_tree (unit_id VARCHAR, ancestor_id VARCHAR, distance INTEGER);
CREATE TABLE IF NOT EXISTS mart.unit (
    unit_id VARCHAR, parent_unit_id VARCHAR, name VARCHAR, unit_type VARCHAR, level INTEGER, is_active BOOLEAN
);

-- Counts of things that happened, by month, for every unit of the tree from the rows of all its descendants.
CREATE TABLE IF NOT EXISTS mart.volume (measure VARCHAR, unit_id VARCHAR, month DATE, "count" BIGINT);

-- Which sources speak of each unit, and up to when, from the rows of all its descendants.
CREATE TABLE IF NOT EXISTS mart.unit_source (unit_id VARCHAR, table_name VARCHAR, source VARCHAR, as_of TIMESTAMP);
