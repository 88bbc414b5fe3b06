-- The pairs of a pattern, a row a pair and stratum, with numbers for subjects, pairs and strata.
SELECT *,
    dense_rank() OVER (ORDER BY subject_kind, subject_id) - 1 AS subject,
    dense_rank() OVER (ORDER BY subject_kind, subject_id, one, other, outcome) - 1 AS pair,
    dense_rank() OVER (ORDER BY stratum) - 1 AS stratum_number
FROM ($counted) ORDER BY pair, stratum_number
