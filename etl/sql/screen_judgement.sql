-- What is judged of units, for screens: values of enough things, rounded; limits are left out of a point that few cases
-- are short of, because they tell how many things it rests on. Where everybody knows how many things that is, as of rates
-- and of shares of all shops, no value is shown that counts few of them, or lacks few.
CREATE TABLE screen.mart.indicator AS
SELECT i.*, s.state, s.as_of, s.first_full_month
FROM snapshot.mart.indicator i LEFT JOIN snapshot.mart.indicator_state s USING (indicator_id)
WHERE i.indicator_id NOT IN ($withheld) ORDER BY i.indicator_id;

CREATE TABLE screen.mart.trend AS
WITH counted AS (
    SELECT t.*, i.kind, f.observations >= $least_denominator AS is_enough,
        f.numerator > 0 AND f.numerator < $smallest AS has_few,
        i.kind = 'proportion' AND f.numerator < f.denominator AND f.denominator - f.numerator < $smallest AS lacks_few
    FROM snapshot.mart.trend t
    JOIN screen.mart.indicator i USING (indicator_id)
    LEFT JOIN snapshot.mart.indicator_fact f ON f.indicator_id = t.indicator_id AND f.subject_kind = t.subject_kind
        AND f.subject_id = t.subject_id AND f.month = t.month
    WHERE t.subject_kind = 'unit'
),
told AS (
    SELECT *, CASE kind WHEN 'mean' THEN 1 WHEN 'rate' THEN 2 ELSE 3 END AS digits,
        kind = 'proportion' AND (has_few OR lacks_few) AS is_few,
        state IN ('value', 'zero') AND is_enough AND NOT (kind = 'rate' AND has_few)
            AND NOT (indicator_id IN ($of_public) AND (has_few OR lacks_few)) AS is_fit
    FROM counted
)
SELECT indicator_id, unit_id, month,
    CASE WHEN is_fit AND digits = 3 THEN shown_share(value) WHEN is_fit THEN round(value, digits) END AS value,
    CASE WHEN state IN ('value', 'zero') AND NOT coalesce(is_fit, false) THEN 'suppressed' ELSE state END AS state,
    CASE WHEN is_fit THEN round(centre, digits) END AS centre,
    CASE WHEN is_fit AND NOT is_few THEN round(lower, digits) END AS lower,
    CASE WHEN is_fit AND NOT is_few THEN round(upper, digits) END AS upper,
    CASE WHEN is_fit THEN signal END AS signal, CASE WHEN is_fit THEN variation END AS variation,
    CASE WHEN is_fit THEN assurance END AS assurance
FROM told ORDER BY ALL;

CREATE TABLE screen.mart.portrait AS
SELECT * REPLACE (round(score, 1) AS score, round(score_lower, 1) AS score_lower, round(score_upper, 1) AS score_upper,
    round(coverage, 2) AS coverage)
FROM snapshot.mart.portrait WHERE subject_kind IN ($subjects)
    AND period_end = (SELECT max(period_end) FROM snapshot.mart.portrait) ORDER BY ALL;

CREATE TABLE screen.mart.portrait_mover AS
SELECT m.* REPLACE (
    CASE WHEN is_enough THEN round(m.value, 3) END AS value, CASE WHEN is_enough THEN round(m.score, 0) END AS score,
    round(m.points_lost, 1) AS points_lost)
FROM snapshot.mart.portrait_mover m
JOIN screen.mart.indicator i USING (indicator_id)
LEFT JOIN snapshot.mart.portrait_part p USING (indicator_id, subject_kind, subject_id, period_end)
CROSS JOIN LATERAL (
    SELECT p.sample_size >= $least_denominator AND i.kind <> 'rate' AND indicator_id NOT IN ($of_public) AS is_enough
) AS judged
WHERE m.subject_kind IN ($subjects) AND m.period_end = (SELECT max(period_end) FROM snapshot.mart.portrait_mover)
ORDER BY ALL
