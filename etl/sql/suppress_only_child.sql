-- A unit with one child and nothing of its own has its child's count.
UPDATE counted p SET is_unfit = true
FROM counted c
WHERE p.level = $level AND p.children = 1 AND p.own = 0
    AND c.parent_unit_id = p.unit_id AND c.measure = p.measure AND c.month = p.month AND c."count" > 0 AND c.is_unfit
