-- Aggregates only: no person, no shop, no ticket, no count of events under the smallest that may be shown.
CREATE SCHEMA IF NOT EXISTS screen.mart;
-- Shares to a tenth of a percentage point; what is neither none nor all never looks so.
CREATE OR REPLACE TEMP MACRO shown_share(share) AS CASE WHEN share <= 0 OR share >= 1 THEN round(share, 3)
    ELSE least(greatest(round(share, 3), 0.001), 0.999) END;
CREATE TABLE screen.mart.unit AS FROM snapshot.mart.unit;
CREATE TABLE screen.mart.unit_tree AS FROM snapshot.mart.unit_tree;
CREATE TABLE screen.mart.cell AS FROM snapshot.mart.cell;
CREATE TABLE screen.mart.source AS
SELECT source, name_zh, name_en, cadence_days, as_of, arrived_at FROM snapshot.quality.source;
CREATE TABLE screen.mart.volume AS
SELECT v.measure, v.unit_id, v.month,
    CASE WHEN h.unit_id IS NULL THEN v."count" END AS "count",
    CASE WHEN h.unit_id IS NOT NULL THEN 'suppressed' WHEN v."count" = 0 THEN 'zero' ELSE 'value' END AS state
FROM snapshot.mart.volume v
LEFT JOIN hidden_bundle h ON h.bundle = 'volume ' || v.measure AND h.month = v.month AND h.unit_id = v.unit_id
WHERE v.month IS NOT NULL AND v.measure NOT IN ($withheld_counts)
    AND EXISTS (FROM snapshot.mart.unit u WHERE u.unit_id = v.unit_id) ORDER BY ALL
