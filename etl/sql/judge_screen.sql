-- Warnings on the wall: how many of each kind and level the whole bureau has, and none of it under the smallest count.
-- No total and no unit below the top is told, so that nothing can be had by subtraction.
CREATE TABLE screen.mart.warning AS
SELECT u.unit_id, w.kind, w.level, CASE WHEN count(*) >= $smallest THEN count(*) END AS "count",
    CASE WHEN count(*) >= $smallest THEN 'value' ELSE 'suppressed' END AS state
FROM snapshot.mart.warning w
JOIN snapshot.mart.unit_tree t ON t.unit_id = w.unit_id
JOIN snapshot.mart.unit u ON u.unit_id = t.ancestor_id AND u.level = 0
GROUP BY ALL ORDER BY ALL
