-- One row a unit and month: its active retailers at the month's end and the conduct complaints received about it.
WITH shop AS (
    SELECT period.month, retailer.unit_id, count(*) AS active
    FROM period
    JOIN retailer_placed AS retailer ON period.period_end BETWEEN retailer.in_force_from AND retailer.in_force_to
    WHERE retailer.state = 'active'
    GROUP BY period.month, retailer.unit_id
),
complained AS (
    SELECT period.month, complaint.target_unit_id AS unit_id, count(*) AS tickets
    FROM record.complaint AS complaint
    JOIN period ON CAST(complaint.received_at AS DATE) BETWEEN period.period_start AND period.period_end
    WHERE complaint.conduct_code IS NOT NULL AND complaint.category IN ('report', 'complaint')
    GROUP BY period.month, complaint.target_unit_id
)
SELECT unit.unit_id, period.month, period.period_start, period.period_end, period.period_end AS as_of,
    CAST(NULL AS VARCHAR[]) AS unknown,
    coalesce(shop.active, 0) AS active_retailer_count, coalesce(complained.tickets, 0) AS conduct_complaint_count
FROM period CROSS JOIN record.org_unit AS unit
LEFT JOIN shop ON shop.month = period.month AND shop.unit_id = unit.unit_id
LEFT JOIN complained ON complained.month = period.month AND complained.unit_id = unit.unit_id
