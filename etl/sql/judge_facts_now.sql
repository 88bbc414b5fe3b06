-- One number for all facts of an indicator, and one for those of the months that its sources delivered wholly: the same
-- for as long as none of them changes.
SELECT f.indicator_id, bit_xor(hash(f.subject_kind, f.subject_id, f.unit_id, f.month, f.numerator, f.denominator,
        f.observations)) AS every,
    coalesce(bit_xor(hash(f.subject_kind, f.subject_id, f.unit_id, f.month, f.numerator, f.denominator,
        f.observations)) FILTER (f.month <= c.last_month), 0) AS complete
FROM snapshot.mart.indicator_fact f JOIN clock_row c USING (indicator_id) GROUP BY f.indicator_id
