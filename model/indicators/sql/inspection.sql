-- One row an inspection or draw: how many of its officers were certified that day, and how far from the shop it was.
WITH inspection AS (
    SELECT *, CAST(started_at AS DATE) AS started_on FROM inspection_delivered
)
SELECT inspection.*,
    CASE WHEN inspection.own_unknown IS NOT NULL OR certified.is_unknown OR retailer.is_position_unknown
        THEN list_concat(inspection.own_unknown, CASE WHEN certified.is_unknown THEN ['staff.certificate_no'] END,
            CASE WHEN retailer.is_position_unknown THEN ['retailer.longitude'] END) END AS unknown,
    inspection.drawn_on + 30 AS draw_due_on,
    coalesce(inspection.issue_due_on, inspection.started_on) AS issues_due_on,
    coalesce(certified.officer_count, 0) AS certified_officer_count,
    team.officer_team,
    drawn_team.officer_team AS drawn_officer_team,
    inspection.longitude IS NOT NULL AND inspection.latitude IS NOT NULL AS has_position,
    date_diff('second', inspection.started_at, inspection.ended_at) / 60.0 AS duration_minutes,
    CASE WHEN retailer.coordinate_system = inspection.coordinate_system THEN
        12742000 * asin(sqrt(power(sin(radians(retailer.latitude - inspection.latitude) / 2), 2)
        + cos(radians(inspection.latitude)) * cos(radians(retailer.latitude))
        * power(sin(radians(retailer.longitude - inspection.longitude) / 2), 2))) END AS distance_from_shop_metres
FROM inspection
LEFT JOIN officer_team_number AS team ON team.officer_ids = inspection.officer_ids
LEFT JOIN officer_team_number AS drawn_team ON drawn_team.officer_ids = inspection.drawn_officer_ids
LEFT JOIN team_certified AS certified
    ON certified.team_number = team.team_number
    AND inspection.started_on BETWEEN certified.in_force_from AND certified.in_force_to
LEFT JOIN retailer_in_force AS retailer
    ON retailer.retailer_id = inspection.retailer_id
    AND inspection.started_on BETWEEN retailer.in_force_from AND retailer.in_force_to
