-- The records of one derived view that break hard rules, whichever and how many, in one scan; in these months (none
-- given: in all).
INSERT INTO snapshot.mart.breach
WITH broken AS (
    SELECT *, [$findings] AS findings FROM ($rows) AS view_row WHERE $any
)
SELECT finding.indicator_id, finding.unit_id, $view AS subject_kind, concat_ws('/', $key) AS subject_id,
    concat_ws('/', $rest) AS rest, finding.happened_on, $is_month_end AS is_month_end, $has_levels AS has_levels,
    finding.of_year
FROM (SELECT $key, unnest(findings) AS finding FROM broken)
WHERE finding.is_broken AND finding.unit_id IS NOT NULL
    AND ($$months::DATE[] IS NULL OR list_contains($$months, date_trunc('month', finding.happened_on)::DATE))
