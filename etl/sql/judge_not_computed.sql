-- A number that could not be computed is said to be so of every unit, at the newest month.
INSERT INTO snapshot.mart.trend BY NAME
SELECT s.indicator_id, u.unit_id, 'unit' AS subject_kind, u.unit_id AS subject_id, ?::DATE AS month, s.state
FROM snapshot.mart.indicator_state s CROSS JOIN snapshot.mart.unit u
WHERE s.state <> 'computed'
ORDER BY ALL
