-- One row an inspection or draw: how many of its officers were certified that day, and how far from the shop it was.
WITH inspection AS (
    SELECT *, CAST(started_at AS DATE) AS started_on FROM inspection_delivered
),
officer AS (
    SELECT batch_id, row_number, CAST(started_at AS DATE) AS started_on,
        unnest(list_distinct(officer_ids)) AS staff_id
    FROM inspection_delivered WHERE started_at IS NOT NULL
),
certified AS (
    SELECT officer.batch_id, officer.row_number,
        count(CASE WHEN staff.certificate_no IS NOT NULL
            AND (staff.certificate_valid_from IS NULL OR staff.certificate_valid_from <= officer.started_on)
            AND staff.certificate_valid_to >= officer.started_on THEN 1 END) AS officer_count,
        bool_or(staff.is_certificate_unknown) AS is_unknown
    FROM officer JOIN staff_in_force AS staff
        ON staff.staff_id = officer.staff_id AND officer.started_on BETWEEN staff.in_force_from AND staff.in_force_to
    GROUP BY officer.batch_id, officer.row_number
)
SELECT inspection.*,
    list_concat(inspection.own_unknown, CASE WHEN certified.is_unknown THEN ['staff.certificate_no'] END,
        CASE WHEN retailer.is_position_unknown THEN ['retailer.longitude'] END) AS unknown,
    inspection.drawn_on + 30 AS draw_due_on,
    coalesce(inspection.issue_due_on, inspection.started_on) AS issues_due_on,
    coalesce(certified.officer_count, 0) AS certified_officer_count,
    list_sort(list_distinct(inspection.officer_ids)) AS officer_team,
    list_sort(list_distinct(inspection.drawn_officer_ids)) AS drawn_officer_team,
    inspection.longitude IS NOT NULL AND inspection.latitude IS NOT NULL AS has_position,
    date_diff('second', inspection.started_at, inspection.ended_at) / 60.0 AS duration_minutes,
    CASE WHEN retailer.coordinate_system = inspection.coordinate_system THEN
        12742000 * asin(sqrt(power(sin(radians(retailer.latitude - inspection.latitude) / 2), 2)
        + cos(radians(inspection.latitude)) * cos(radians(retailer.latitude))
        * power(sin(radians(retailer.longitude - inspection.longitude) / 2), 2))) END AS distance_from_shop_metres
FROM inspection
LEFT JOIN certified
    ON certified.batch_id = inspection.batch_id AND certified.row_number = inspection.row_number
LEFT JOIN retailer_in_force AS retailer
    ON retailer.retailer_id = inspection.retailer_id
    AND inspection.started_on BETWEEN retailer.in_force_from AND retailer.in_force_to
