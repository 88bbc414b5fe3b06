-- What facts mean: against their own past, beside units of their kind, against goalposts, against hard rules.
-- state: value, zero, no_data, not_computable, suppressed (too few), stale.
CREATE TABLE IF NOT EXISTS snapshot.mart.trend (
    indicator_id VARCHAR, unit_id VARCHAR, subject_kind VARCHAR, subject_id VARCHAR, month DATE,
    value DOUBLE, state VARCHAR, centre DOUBLE, lower DOUBLE, upper DOUBLE,
    signal VARCHAR, variation VARCHAR, assurance VARCHAR, chart VARCHAR
);
-- One row a subject, for each newest complete month at which it was judged. level: the kind of unit it is compared in.
-- lower95 to upper998 are widened by what units differ beyond chance; exact_ are the limits of chance alone.
CREATE TABLE IF NOT EXISTS snapshot.mart.comparison (
    indicator_id VARCHAR, level VARCHAR, period_end DATE, window_months INTEGER,
    unit_id VARCHAR, subject_kind VARCHAR, subject_id VARCHAR,
    value DOUBLE, estimate DOUBLE, estimate_lower DOUBLE, estimate_upper DOUBLE,
    lower95 DOUBLE, upper95 DOUBLE, lower998 DOUBLE, upper998 DOUBLE,
    p DOUBLE, adjusted DOUBLE, outside VARCHAR, state VARCHAR, sample_size BIGINT, usual DOUBLE,
    exact_lower95 DOUBLE, exact_upper95 DOUBLE, exact_lower998 DOUBLE, exact_upper998 DOUBLE
);
-- What the judgement of an indicator rests on: all of its facts, and those of complete months, with the rules.
CREATE TABLE IF NOT EXISTS snapshot.mart.judged_fact (indicator_id VARCHAR, every VARCHAR, complete VARCHAR);
-- One row a subject and dimension at the newest month end and those before it that portraits go back to.
CREATE TABLE IF NOT EXISTS snapshot.mart.portrait (
    subject_kind VARCHAR, subject_id VARCHAR, period_end DATE, window_months INTEGER, dimension VARCHAR,
    score DOUBLE, score_lower DOUBLE, score_upper DOUBLE, rank_low INTEGER, rank_high INTEGER,
    coverage DOUBLE, state VARCHAR, level VARCHAR
);
-- What a portrait is made of: the scored indicators of its subject at its month's end.
CREATE TABLE IF NOT EXISTS snapshot.mart.portrait_part (
    subject_kind VARCHAR, subject_id VARCHAR, level VARCHAR, period_end DATE, indicator_id VARCHAR,
    value DOUBLE, state VARCHAR, sample_size BIGINT, window_months INTEGER
);
-- On what the portraits of a kind were drawn: they are drawn again where it is no longer the same.
CREATE TABLE IF NOT EXISTS snapshot.mart.portrait_rest (subject_kind VARCHAR, period_end DATE, digest VARCHAR);
-- The kinds of subjects beside units, with why there are none where there are none; and what each subject is called.
CREATE TABLE IF NOT EXISTS snapshot.mart.portrait_kind (
    subject_kind VARCHAR, name_zh VARCHAR, name_en VARCHAR, meaning_zh VARCHAR, meaning_en VARCHAR,
    subjects BIGINT, state VARCHAR, missing_columns VARCHAR[]
);
CREATE TABLE IF NOT EXISTS snapshot.mart.portrait_subject (
    subject_kind VARCHAR, subject_id VARCHAR, name_zh VARCHAR, name_en VARCHAR
);
-- The indicators that take most from an overall score: points_lost is what full marks in it would add.
CREATE TABLE IF NOT EXISTS snapshot.mart.portrait_mover (
    subject_kind VARCHAR, subject_id VARCHAR, period_end DATE, place INTEGER, dimension VARCHAR,
    indicator_id VARCHAR, value DOUBLE, score DOUBLE, points_lost DOUBLE
);
-- subject_kind: unit or cell; for a breach the derived view, for a revision the table whose record it is.
CREATE TABLE IF NOT EXISTS snapshot.mart.warning (
    warning_id VARCHAR, indicator_id VARCHAR, rule_version VARCHAR, unit_id VARCHAR,
    subject_kind VARCHAR, subject_id VARCHAR, kind VARCHAR, level VARCHAR, period_start DATE, period_end DATE,
    value DOUBLE, threshold DOUBLE, sample_size BIGINT, p DOUBLE, adjusted DOUBLE, evidence_count BIGINT
);
-- The records that break hard rules, month by month, and by which rules they were looked for: what no new record
-- touches stands. rest: the key without the unit.
CREATE TABLE IF NOT EXISTS snapshot.mart.breach (
    indicator_id VARCHAR, unit_id VARCHAR, subject_kind VARCHAR, subject_id VARCHAR, rest VARCHAR,
    happened_on DATE, is_month_end BOOLEAN, has_levels BOOLEAN, of_year BIGINT
);
CREATE TABLE IF NOT EXISTS snapshot.mart.breach_rule (indicator_id VARCHAR, rule_digest VARCHAR);
-- The pairs behind a pattern, for the discipline role: people and shops as keyed pseudonyms. outcome: what a team met.
CREATE TABLE IF NOT EXISTS snapshot.mart.pattern_evidence (
    indicator_id VARCHAR, subject_kind VARCHAR, subject_id VARCHAR, period_end DATE, place INTEGER,
    one VARCHAR[], other VARCHAR[], outcome VARCHAR, counted BIGINT, expected DOUBLE, p DOUBLE
);
-- By which rules, and at which months' ends, each pattern was looked for.
CREATE TABLE IF NOT EXISTS snapshot.mart.pattern_rest (indicator_id VARCHAR, digest VARCHAR);
CREATE TABLE IF NOT EXISTS snapshot.mart.warning_withdrawn (
    warning_id VARCHAR, indicator_id VARCHAR, rule_version VARCHAR, unit_id VARCHAR,
    subject_kind VARCHAR, subject_id VARCHAR, kind VARCHAR, level VARCHAR, period_start DATE, period_end DATE,
    value DOUBLE, threshold DOUBLE, sample_size BIGINT, p DOUBLE, adjusted DOUBLE, evidence_count BIGINT,
    reason VARCHAR, withdrawn_on DATE
);
