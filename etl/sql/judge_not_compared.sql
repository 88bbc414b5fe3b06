-- The same in the comparison; what an earlier run said of it at this month, or of what is no longer declared, gives way.
DELETE FROM snapshot.mart.comparison AS held WHERE NOT EXISTS (
    FROM snapshot.mart.indicator_state s
    WHERE s.indicator_id = held.indicator_id AND (s.state = 'computed' OR held.period_end <> $period_end::DATE)
);
INSERT INTO snapshot.mart.comparison BY NAME
SELECT s.indicator_id, u.unit_type AS level, $period_end::DATE AS period_end, 1 AS window_months,
    u.unit_id, 'unit' AS subject_kind, u.unit_id AS subject_id, s.state
FROM snapshot.mart.indicator_state s CROSS JOIN snapshot.mart.unit u
WHERE s.state <> 'computed'
ORDER BY ALL
