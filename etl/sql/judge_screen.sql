-- Warnings on the wall: how many of each kind and level the whole bureau has, and none of it under the smallest count.
-- No unit below the top is told. How many of a level were raised stands beside it, and so, of those that nobody has taken
-- up, all kinds together: beside few of a kind as many of the fewest others are left out as it takes that what is left out
-- is more than one kind, no small count, and not one of each.
CREATE TABLE screen.mart.warning AS
WITH counted AS (
    SELECT u.unit_id, w.kind, w.level, count(*) AS "count"
    FROM snapshot.mart.warning w
    JOIN snapshot.mart.unit_tree t ON t.unit_id = w.unit_id
    JOIN snapshot.mart.unit u ON u.unit_id = t.ancestor_id AND u.level = 0
    GROUP BY ALL
),
ranked AS (
    SELECT *, row_number() OVER fewest AS place, sum("count") OVER fewest AS together, max("count") OVER fewest AS largest,
        count(*) FILTER ("count" < $smallest) OVER whole AS few, count(*) OVER whole AS kinds
    FROM counted
    WINDOW whole AS (PARTITION BY unit_id, level),
        fewest AS (PARTITION BY unit_id, level ORDER BY "count", kind ROWS UNBOUNDED PRECEDING)
),
reached AS (
    SELECT *, few > 0 AND place <= coalesce(
        min(place) FILTER (place >= greatest(few, 2) AND together >= $smallest AND largest > 1)
            OVER (PARTITION BY unit_id, level), kinds) AS is_hidden
    FROM ranked
)
SELECT unit_id, kind, level, CASE WHEN NOT is_hidden THEN "count" END AS "count",
    CASE WHEN is_hidden THEN 'suppressed' ELSE 'value' END AS state
FROM reached ORDER BY ALL
