-- Two verifiers who go out together: beside the verifications that each of them makes, unit by unit and quarter. Nobody
-- goes out with himself: of the places that verifications have, two each, those of the busier one are no places for the
-- other, so that chance brings them together among the rest.
WITH verified AS (
    SELECT unit_id, quarter(verification_started_at) + 4 * year(verification_started_at) AS stratum,
        least(first_verifier_id, second_verifier_id) AS one, greatest(first_verifier_id, second_verifier_id) AS other
    FROM record.licence_application
    WHERE first_verifier_id <> second_verifier_id
        AND verification_started_at >= $$since AND verification_started_at < $$until
),
person AS (
    SELECT unit_id, stratum, staff_id, count(*) AS times
    FROM (SELECT unit_id, stratum, unnest([one, other]) AS staff_id FROM verified) GROUP BY ALL
),
total AS (SELECT unit_id, stratum, count(*) AS times FROM verified GROUP BY ALL),
pair AS (SELECT unit_id, stratum, one, other, count(*) AS times FROM verified GROUP BY ALL),
often AS (SELECT unit_id, one, other FROM pair GROUP BY ALL HAVING sum(times) >= $least),
possible AS (
    SELECT unit_id, count(DISTINCT staff_id) * (count(DISTINCT staff_id) - 1) // 2 AS pairs FROM person GROUP BY unit_id
)
SELECT 'unit' AS subject_kind, often.unit_id AS subject_id, often.unit_id, [often.one, often.other] AS one,
    CAST(NULL AS VARCHAR[]) AS other, CAST(NULL AS VARCHAR) AS outcome, total.stratum::VARCHAR AS stratum, coalesce(pair.times, 0) AS together,
    first.times AS of_one, second.times AS of_other, 2 * total.times - greatest(first.times, second.times) AS total,
    total.times AS sample, possible.pairs AS possible,
    (SELECT count(DISTINCT unit_id) FROM total) AS family
FROM often
JOIN person AS first ON first.unit_id = often.unit_id AND first.staff_id = often.one
JOIN person AS second ON second.unit_id = often.unit_id AND second.staff_id = often.other
    AND second.stratum = first.stratum
JOIN total ON total.unit_id = often.unit_id AND total.stratum = first.stratum
JOIN possible ON possible.unit_id = often.unit_id
LEFT JOIN pair ON pair.unit_id = often.unit_id AND pair.stratum = first.stratum
    AND pair.one = often.one AND pair.other = often.other
