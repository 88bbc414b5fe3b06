-- What this run found, each under an id that is the same in every run and gives nobody away.
CREATE OR REPLACE TEMP TABLE judged AS
SELECT indicator_id, kind, period_end::DATE AS period_end FROM judged_row;
CREATE OR REPLACE TEMP TABLE current_rule AS FROM rule_row;
CREATE OR REPLACE TEMP TABLE found AS
SELECT left(keyed_hash(
        concat_ws('|', indicator_id, rule_version, kind, subject_kind, subject_id, finding)
    ), 16) AS warning_id,
    indicator_id::VARCHAR AS indicator_id, rule_version::VARCHAR AS rule_version, unit_id::VARCHAR AS unit_id,
    subject_kind::VARCHAR AS subject_kind, subject_id::VARCHAR AS subject_id, kind::VARCHAR AS kind,
    level::VARCHAR AS level, period_start::DATE AS period_start, period_end::DATE AS period_end,
    nullif(value, 'NaN'::DOUBLE) AS value, nullif(threshold, 'NaN'::DOUBLE) AS threshold,
    nullif(sample_size, 'NaN'::DOUBLE)::BIGINT AS sample_size, nullif(p, 'NaN'::DOUBLE) AS p,
    nullif(adjusted, 'NaN'::DOUBLE) AS adjusted, nullif(evidence_count, 'NaN'::DOUBLE)::BIGINT AS evidence_count
FROM found_row
