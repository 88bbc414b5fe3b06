-- Everyone of whom there are facts, numbered, with the kind that says whom each is like.
CREATE OR REPLACE TEMP TABLE judge_subject AS
SELECT f.subject_kind, f.subject_id, arg_max(f.unit_id, f.month) AS unit_id,
    CASE WHEN f.subject_kind = 'unit' THEN coalesce(any_value(u.unit_type), 'unit') ELSE f.subject_kind END AS kind,
    row_number() OVER (ORDER BY f.subject_kind, f.subject_id) - 1 AS number
FROM snapshot.mart.indicator_fact f LEFT JOIN snapshot.mart.unit u ON u.unit_id = f.subject_id
GROUP BY f.subject_kind, f.subject_id
