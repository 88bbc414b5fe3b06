-- What the registers' month ends ask of an inspection; numbers stand for shops and teams.
WITH shop AS (
    SELECT DISTINCT retailer_id, retailer_number FROM retailer_in_force
)
SELECT shop.retailer_number, team.team_number, inspection.unit_id, CAST(inspection.started_at AS DATE) AS started_on,
    inspection.issue_count, inspection.inspection_kind = 'case_specific' AS is_case_specific,
    coalesce(team.has_officers, false) AS has_officers,
    coalesce(list_has_any(inspection.own_unknown, ['inspection.officer_ids']), false) AS is_team_unknown
FROM inspection_delivered AS inspection
JOIN shop ON shop.retailer_id = inspection.retailer_id
LEFT JOIN officer_team_number AS team ON team.officer_ids = inspection.officer_ids
WHERE inspection.started_at IS NOT NULL
