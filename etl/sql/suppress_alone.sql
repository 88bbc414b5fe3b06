-- Counts that must not be shown for their own sake: too small, or telling that each part of it is exactly one.
-- own: what was counted at the unit itself, below none of its children.
CREATE OR REPLACE TEMP TABLE counted AS
WITH placed AS (
    SELECT v.measure, v.month, v.unit_id, v."count", u.parent_unit_id, u.level
    FROM snapshot.mart.volume v JOIN snapshot.mart.unit u USING (unit_id)
    WHERE v.month IS NOT NULL
),
below AS (
    SELECT measure, month, parent_unit_id AS unit_id, count(*) AS children, sum("count") AS children_count
    FROM placed WHERE "count" > 0 AND parent_unit_id IS NOT NULL GROUP BY ALL
)
SELECT p.*, coalesce(b.children, 0) AS children, p."count" - coalesce(b.children_count, 0) AS own,
    p."count" > 0 AND (p."count" < $smallest OR (b.children > 0 AND p."count" = b.children + (own > 0)::INTEGER)) AS is_unfit
FROM placed p LEFT JOIN below b USING (measure, month, unit_id)
