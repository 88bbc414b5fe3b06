-- Every combination of officers that was drawn or inspected, as a team: the same people in whatever order, numbered.
SELECT officer_ids, officer_team, array_length(officer_ids) > 0 AS has_officers,
    dense_rank() OVER (ORDER BY officer_team) AS team_number
FROM (
    SELECT officer_ids, array_to_string(list_sort(list_distinct(officer_ids)), '+') AS officer_team
    FROM (
        SELECT officer_ids FROM record.inspection WHERE officer_ids IS NOT NULL
        UNION
        SELECT drawn_officer_ids FROM record.inspection WHERE drawn_officer_ids IS NOT NULL
    ) AS given
) AS named
