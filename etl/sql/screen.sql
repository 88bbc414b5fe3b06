-- Aggregates only: no person, no shop, no ticket, no count of events under the smallest that may be shown.
-- Where one child alone of a unit is suppressed, its smallest sibling is too, or the parent would give it away.
CREATE SCHEMA IF NOT EXISTS screen.mart;
CREATE TABLE screen.mart.unit AS FROM snapshot.mart.unit;
CREATE TABLE screen.mart.unit_tree AS FROM snapshot.mart.unit_tree;
CREATE TABLE screen.mart.cell AS FROM snapshot.mart.cell;
CREATE TABLE screen.mart.source AS
SELECT source, name_zh, name_en, cadence_days, as_of, arrived_at FROM snapshot.quality.source;
CREATE TABLE screen.mart.volume AS
WITH counted AS (
    SELECT v.*, u.parent_unit_id, v."count" > 0 AND v."count" < $smallest AS is_small
    FROM snapshot.mart.volume v JOIN snapshot.mart.unit u USING (unit_id)
),
siblings AS (
    SELECT *,
        count(*) FILTER (is_small) OVER family AS small_siblings,
        row_number() OVER (
            PARTITION BY measure, month, parent_unit_id, is_small ORDER BY "count", unit_id
        ) AS place
    FROM counted
    WINDOW family AS (PARTITION BY measure, month, parent_unit_id)
),
hidden AS (
    SELECT *, is_small OR (parent_unit_id IS NOT NULL AND small_siblings = 1 AND place = 1) AS is_hidden FROM siblings
)
SELECT measure, unit_id, month,
    CASE WHEN NOT is_hidden THEN "count" END AS "count",
    CASE WHEN is_hidden THEN 'suppressed' WHEN "count" = 0 THEN 'zero' ELSE 'value' END AS state
FROM hidden ORDER BY ALL
