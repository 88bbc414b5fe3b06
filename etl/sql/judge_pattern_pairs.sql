-- The pairs of a pattern, a row a pair and stratum, with numbers for subjects, pairs and strata.
WITH counted AS ($counted),
numbered_subject AS (
    SELECT subject_kind, subject_id, row_number() OVER (ORDER BY subject_kind, subject_id) - 1 AS subject
    FROM (SELECT DISTINCT subject_kind, subject_id FROM counted)
),
numbered_stratum AS (
    SELECT stratum, row_number() OVER (ORDER BY stratum) - 1 AS stratum_number
    FROM (SELECT DISTINCT stratum FROM counted)
),
numbered_pair AS (
    SELECT subject_kind, subject_id, one, other, outcome,
        row_number() OVER (ORDER BY subject_kind, subject_id, one, other, outcome) - 1 AS pair
    FROM (SELECT DISTINCT subject_kind, subject_id, one, other, outcome FROM counted)
)
SELECT counted.*, numbered_subject.subject, numbered_pair.pair, numbered_stratum.stratum_number
FROM counted
JOIN numbered_subject USING (subject_kind, subject_id)
JOIN numbered_stratum USING (stratum)
JOIN numbered_pair ON numbered_pair.subject_kind = counted.subject_kind
    AND numbered_pair.subject_id = counted.subject_id
    AND numbered_pair.one IS NOT DISTINCT FROM counted.one
    AND numbered_pair.other IS NOT DISTINCT FROM counted.other
    AND numbered_pair.outcome IS NOT DISTINCT FROM counted.outcome
