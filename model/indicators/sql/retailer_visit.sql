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
    SELECT retailer_id, min(declared_on) AS first_declared_on FROM record.staff_relation GROUP BY retailer_id
),
unrecused AS (
    SELECT DISTINCT visit.visit_kind, visit.visit_no
    FROM visit JOIN record.staff_relation AS related
        ON related.retailer_id = visit.retailer_id AND related.declared_on <= visit.visited_on
        AND list_contains(visit.visiting_staff_ids, related.staff_id)
)
SELECT visit.*,
    coalesce(relation.first_declared_on <= visit.visited_on, false) AS is_related_retailer,
    unrecused.visit_no IS NOT NULL AS is_not_recused
FROM visit
LEFT JOIN relation ON relation.retailer_id = visit.retailer_id
LEFT JOIN unrecused ON unrecused.visit_no = visit.visit_no AND unrecused.visit_kind = visit.visit_kind
