-- Warnings that the data no longer show: judged anew in this run (found or not), and not found.
CREATE OR REPLACE TEMP TABLE withdrawn AS
SELECT w.* FROM snapshot.mart.warning w
LEFT JOIN found f ON f.warning_id = w.warning_id
LEFT JOIN current_rule r ON r.indicator_id = w.indicator_id
LEFT JOIN judged j ON j.indicator_id = w.indicator_id AND j.kind = w.kind AND j.period_end = w.period_end
WHERE f.warning_id IS NULL
    AND (w.kind IN ('breach', 'revision') OR j.indicator_id IS NOT NULL OR r.rule_version IS DISTINCT FROM w.rule_version);

INSERT INTO snapshot.mart.warning_withdrawn
SELECT w.*, CASE WHEN r.rule_version IS DISTINCT FROM w.rule_version THEN 'rule_changed' ELSE 'corrected' END,
    current_date
FROM withdrawn w LEFT JOIN current_rule r ON r.indicator_id = w.indicator_id;

DELETE FROM snapshot.mart.warning_withdrawn WHERE warning_id IN (SELECT warning_id FROM found);
DELETE FROM snapshot.mart.warning
WHERE warning_id IN (SELECT warning_id FROM withdrawn) OR warning_id IN (SELECT warning_id FROM found);
INSERT INTO snapshot.mart.warning BY NAME SELECT * FROM found ORDER BY ALL;
DELETE FROM snapshot.mart.pattern_evidence AS e WHERE NOT EXISTS (
    FROM snapshot.mart.warning w WHERE w.kind = 'pattern' AND w.indicator_id = e.indicator_id
        AND w.subject_kind = e.subject_kind AND w.subject_id = e.subject_id AND w.period_end = e.period_end
)
