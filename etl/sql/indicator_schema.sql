-- The program that measured and judged: what another one left does not stand.
CREATE TABLE IF NOT EXISTS snapshot.mart.computed_by (program VARCHAR);
-- The indicators' numbers by month, for every unit of the tree and, where declared so, for market cells.
-- value = numerator / denominator; a null numerator: rows there are, but too few for a value.
CREATE TABLE IF NOT EXISTS snapshot.mart.indicator_fact (
    indicator_id VARCHAR, unit_id VARCHAR, subject_kind VARCHAR, subject_id VARCHAR, month DATE,
    numerator DOUBLE, denominator DOUBLE, observations BIGINT
);
-- The same within strata, for those that are computed so.
CREATE TABLE IF NOT EXISTS snapshot.mart.indicator_stratum (
    indicator_id VARCHAR, unit_id VARCHAR, month DATE, stratum VARCHAR,
    numerator DOUBLE, denominator DOUBLE, observations BIGINT
);
-- The weights of strata, frozen with the rule's version.
CREATE TABLE IF NOT EXISTS snapshot.mart.indicator_weight (
    indicator_id VARCHAR, rule_version INTEGER, stratum VARCHAR, weight DOUBLE
);
-- What became of each declared indicator: computed, not_computable (and for want of which columns), or no_data.
CREATE TABLE IF NOT EXISTS snapshot.mart.indicator_state (
    indicator_id VARCHAR, rule_version INTEGER, state VARCHAR, missing_columns VARCHAR[],
    as_of DATE, first_month DATE, first_full_month DATE, first_day DATE, rule_digest VARCHAR
);

-- The same of groups that are no units, in the months that portraits rest on. Groups of few members too.
CREATE TABLE IF NOT EXISTS snapshot.mart.group_fact (
    subject_kind VARCHAR, subject_id VARCHAR, indicator_id VARCHAR, month DATE,
    numerator DOUBLE, denominator DOUBLE, observations BIGINT
);
