-- One number for all facts of an indicator, and one for those of the months that its sources delivered wholly: the same
-- for as long as none of them changes, nor of the strata that they are made of.
WITH held AS (
    SELECT f.indicator_id, f.month, hash(f.subject_kind, f.subject_id, f.unit_id, f.month, f.numerator, f.denominator,
        f.observations) AS number
    FROM snapshot.mart.indicator_fact f
    UNION ALL
    SELECT s.indicator_id, s.month, hash(s.unit_id, s.stratum, s.month, s.numerator, s.denominator, s.observations)
    FROM snapshot.mart.indicator_stratum s
)
SELECT held.indicator_id, bit_xor(held.number) AS every,
    coalesce(bit_xor(held.number) FILTER (held.month <= c.last_month), 0) AS complete
FROM held JOIN clock_row c USING (indicator_id) GROUP BY held.indicator_id
