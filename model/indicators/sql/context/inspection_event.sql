-- What the registers' month ends ask of an inspection, in the order of its day.
SELECT retailer_id, unit_id, CAST(started_at AS DATE) AS started_on, issue_count,
    inspection_kind = 'case_specific' AS is_case_specific,
    array_to_string(list_sort(list_distinct(officer_ids)), '+') AS officer_team,
    coalesce(array_length(officer_ids), 0) > 0 AS has_officers,
    coalesce(list_has_any(own_unknown, ['inspection.officer_ids']), false) AS is_team_unknown,
    coalesce(list_has_any(own_unknown, ['inspection.issue_count']), false) AS is_issue_count_unknown
FROM inspection_delivered
WHERE started_at IS NOT NULL AND retailer_id IS NOT NULL
ORDER BY started_on
