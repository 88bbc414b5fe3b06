-- The records that break hard rules, month by month, and by which rules they were looked for: what no new record
-- touches stands. rest: the key without the unit.
CREATE TABLE IF NOT EXISTS snapshot.mart.breach (
    indicator_id VARCHAR, unit_id VARCHAR, subject_kind VARCHAR, subject_id VARCHAR, rest VARCHAR,
    happened_on DATE, is_month_end BOOLEAN, has_levels BOOLEAN, of_year BIGINT
);
CREATE TABLE IF NOT EXISTS snapshot.mart.breach_rule (indicator_id VARCHAR, rule_digest VARCHAR)
