-- Counts that must not be shown for their own sake: too small, or as many as there are places below where anything was
-- counted, which would tell that it was one in each.
-- own: what was counted at the unit itself, below none of its children. least: what the count must be at least.
CREATE OR REPLACE TEMP TABLE counted AS
WITH placed AS (
    SELECT v.measure, v.month, v.unit_id, v."count", u.parent_unit_id, u.level
    FROM countable v JOIN snapshot.mart.unit u USING (unit_id)
    WHERE v.month IS NOT NULL AND v."count" IS NOT NULL
),
below AS (
    SELECT measure, month, parent_unit_id AS unit_id, sum("count") AS children_count
    FROM placed WHERE parent_unit_id IS NOT NULL GROUP BY ALL
),
apart AS (
    SELECT p.*, p."count" - coalesce(b.children_count, 0) AS own
    FROM placed p LEFT JOIN below b USING (measure, month, unit_id)
),
places AS (
    SELECT a.measure, a.month, t.ancestor_id AS unit_id, count(*) AS least
    FROM apart a JOIN snapshot.mart.unit_tree t ON t.unit_id = a.unit_id WHERE a.own > 0 GROUP BY ALL
)
SELECT a.*, coalesce(l.least, 0) AS least,
    a."count" > 0 AND (a."count" < $smallest OR a."count" = l.least) AS is_unfit
FROM apart a LEFT JOIN places l USING (measure, month, unit_id)
