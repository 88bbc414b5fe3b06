-- The groups that have enough members at the newest month, numbered, each with the unit that answers for it.
CREATE OR REPLACE TEMP TABLE group_kept AS
WITH root AS (SELECT min(unit_id) AS unit_id FROM mart.unit WHERE level = 0),
member AS (
    SELECT unit_id AS group_id, arg_max(observations, month) AS members FROM group_part
    WHERE indicator_id = $members GROUP BY ALL
),
place AS (
    SELECT unit_id AS group_id, unit_id FROM mart.unit
    UNION ALL
    SELECT cell_id, min(unit_id) FROM mart.cell GROUP BY cell_id
    UNION ALL
    SELECT party_branch, min(unit_id) FROM record.org_unit WHERE party_branch IS NOT NULL GROUP BY party_branch
)
SELECT member.group_id, any_value(coalesce(place.unit_id, root.unit_id)) AS unit_id, any_value(members) AS members,
    row_number() OVER (ORDER BY member.group_id) - 1 AS number
FROM member CROSS JOIN root LEFT JOIN place ON place.group_id = member.group_id
WHERE member.members >= $least
GROUP BY member.group_id;
CREATE OR REPLACE TEMP TABLE group_fact AS
SELECT part.indicator_id, kept.number AS subject, part.month, coalesce(part.numerator, 0) AS numerator,
    coalesce(part.denominator, 0) AS denominator, part.observations::DOUBLE AS observations
FROM group_part AS part JOIN group_kept AS kept ON kept.group_id = part.unit_id
WHERE part.observations > 0
