-- One row a post held at the month's end, at every level of the tree, with how many of the four lists cover it.
WITH held AS (
    SELECT DISTINCT period.month, period.period_start, period.period_end, tree.ancestor_id AS unit_id, staff.role
    FROM period
    JOIN staff_in_force AS staff ON period.period_end BETWEEN staff.in_force_from AND staff.in_force_to
    JOIN mart.unit_tree AS tree ON tree.unit_id = staff.unit_id
    WHERE staff.state = 'on_post'
),
reviewed AS (
    SELECT period.month, checklist.role, count(DISTINCT checklist.list_kind) AS lists
    FROM record.checklist AS checklist JOIN period ON checklist.reviewed_on > period.period_end - 365
    WHERE checklist.list_kind IN ('minor_power', 'duty_negative', 'personal_integrity_review',
        'integrity_risk_control')
    GROUP BY period.month, checklist.role
)
SELECT held.*, held.period_end AS as_of, CAST(NULL AS VARCHAR[]) AS unknown, coalesce(reviewed.lists,
    0) AS reviewed_list_count
FROM held LEFT JOIN reviewed ON reviewed.month = held.month AND reviewed.role = held.role
