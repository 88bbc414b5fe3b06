-- The records that break hard rules, as found in this run. rest: the key without the unit.
CREATE OR REPLACE TEMP TABLE breach (
    indicator_id VARCHAR, unit_id VARCHAR, subject_kind VARCHAR, subject_id VARCHAR, rest VARCHAR,
    happened_on DATE, is_month_end BOOLEAN, has_levels BOOLEAN, of_year BIGINT
)
