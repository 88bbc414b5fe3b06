-- One row a visit to a retailer, inspection or verification: is a relative of staff there, and did that
-- relative come.
WITH visit AS (
    SELECT inspection_no AS visit_no, 'inspection' AS visit_kind, unit_id, retailer_id,
        CAST(started_at AS DATE) AS visited_on, officer_ids AS visiting_staff_ids, source, as_of,
            own_unknown AS unknown
    FROM inspection_delivered WHERE started_at IS NOT NULL AND retailer_id IS NOT NULL
    UNION ALL
    SELECT application_no, 'verification', unit_id, retailer_id,
        CAST(verification_started_at AS DATE), list_distinct([first_verifier_id, second_verifier_id]), source,
            as_of, own_unknown AS unknown
    FROM licence_application_delivered WHERE verification_started_at IS NOT NULL AND retailer_id IS NOT NULL
),
relation AS (
    SELECT retailer_id, declared_on, array_agg(staff_id) OVER (PARTITION BY retailer_id ORDER BY declared_on) AS staff_ids
    FROM record.staff_relation WHERE declared_on IS NOT NULL
),
related AS (
    SELECT retailer_id, declared_on AS in_force_from, any_value(staff_ids) AS staff_ids,
        coalesce(lead(declared_on) OVER days - 1, DATE '9999-12-31') AS in_force_to
    FROM relation GROUP BY retailer_id, declared_on WINDOW days AS (PARTITION BY retailer_id ORDER BY declared_on)
)
SELECT visit.*,
    related.retailer_id IS NOT NULL AS is_related_retailer,
    coalesce(list_has_any(visit.visiting_staff_ids, related.staff_ids), false) AS is_not_recused
FROM visit
LEFT JOIN related ON related.retailer_id = visit.retailer_id
    AND visit.visited_on BETWEEN related.in_force_from AND related.in_force_to
