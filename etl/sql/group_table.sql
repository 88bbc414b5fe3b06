-- The counts of the groups of one kind; unit_id is the group's.
CREATE OR REPLACE TEMP TABLE group_part (
    indicator_id VARCHAR, unit_id VARCHAR, cell_id VARCHAR, month DATE, stratum VARCHAR, numerator DOUBLE,
    denominator DOUBLE, observations BIGINT, numerator_count BIGINT, denominator_count BIGINT
)
