-- The values of a pattern counted just under a threshold and just above it, a row a subject.
SELECT subject_kind, subject_id, any_value(unit_id) AS unit_id,
    count(*) FILTER (value >= $threshold - $width AND value < $threshold) AS below,
    count(*) FILTER (value >= $threshold AND value < $threshold + $width) AS above,
    count(*) AS observed, count(*) OVER () AS family
FROM ($counted) GROUP BY subject_kind, subject_id ORDER BY ALL
