-- The children to hide on one level: the unfit ones, and as many of the smallest others as it takes that what is hidden
-- of a parent is more than one member, no small count, and not the least that it can be. Of a parent that is hidden
-- itself one member is enough, but is needed, or its children would give it away.
INSERT INTO hidden
WITH family AS (
    SELECT c.measure, c.month, c.parent_unit_id, c.unit_id, c.is_unfit, p.own, (p.own > 0)::INTEGER AS is_own,
        h.unit_id IS NOT NULL AS is_parent_hidden,
        row_number() OVER ranked AS place,
        sum(c."count") OVER ranked AS together,
        bool_or(c."count" > c.least) OVER ranked OR p.own > 1 AS has_play,
        count(*) FILTER (c.is_unfit) OVER whole AS unfit,
        count(*) OVER whole AS size
    FROM counted c
    JOIN counted p ON p.unit_id = c.parent_unit_id AND p.measure = c.measure AND p.month = c.month
    LEFT JOIN hidden h ON h.unit_id = p.unit_id AND h.measure = p.measure AND h.month = p.month
    WHERE c.level = $level AND c."count" > 0
    WINDOW whole AS (PARTITION BY c.measure, c.month, c.parent_unit_id),
        ranked AS (
            PARTITION BY c.measure, c.month, c.parent_unit_id ORDER BY c.is_unfit DESC, c."count", c.unit_id
            ROWS UNBOUNDED PRECEDING
        )
),
judged AS (
    SELECT *,
        place >= greatest(unfit, 1) AND place + is_own >= CASE WHEN is_parent_hidden THEN 1 ELSE 2 END
            AND together + own >= $smallest AND has_play AS is_enough,
        unfit > 0 OR (is_parent_hidden AND own < $smallest) AS is_needed
    FROM family
),
reached AS (
    SELECT *,
        coalesce(min(place) FILTER (is_enough) OVER (PARTITION BY measure, month, parent_unit_id), size) AS last_place
    FROM judged
)
SELECT measure, month, unit_id FROM reached WHERE is_needed AND place <= last_place
