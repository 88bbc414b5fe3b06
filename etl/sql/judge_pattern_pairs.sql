-- The pairs of a pattern, a row a pair and stratum, with numbers for subjects, pairs and strata. Who they are stands
-- apart, once: names by the million would cost more than the counting.
CREATE OR REPLACE TEMP TABLE pattern_counted AS $counted;
CREATE OR REPLACE TEMP TABLE pattern_subject AS
SELECT subject_kind, subject_id, min(unit_id) AS unit_id,
    row_number() OVER (ORDER BY subject_kind, subject_id) - 1 AS subject
FROM pattern_counted GROUP BY subject_kind, subject_id;
CREATE OR REPLACE TEMP TABLE pattern_pair AS
SELECT subject_kind, subject_id, one, other, outcome,
    row_number() OVER (ORDER BY subject_kind, subject_id, one, other, outcome) - 1 AS pair
FROM (SELECT DISTINCT subject_kind, subject_id, one, other, outcome FROM pattern_counted);
CREATE OR REPLACE TEMP TABLE pattern_row AS
SELECT subject.subject, pair.pair, dense_rank() OVER (ORDER BY counted.stratum) - 1 AS stratum_number,
    counted.together, counted.of_one, counted.of_other, counted.total, counted.sample, counted.possible, counted.family
FROM pattern_counted AS counted
JOIN pattern_subject AS subject USING (subject_kind, subject_id)
JOIN pattern_pair AS pair ON pair.subject_kind = counted.subject_kind AND pair.subject_id = counted.subject_id
    AND pair.one IS NOT DISTINCT FROM counted.one AND pair.other IS NOT DISTINCT FROM counted.other
    AND pair.outcome IS NOT DISTINCT FROM counted.outcome;
DROP TABLE pattern_counted
