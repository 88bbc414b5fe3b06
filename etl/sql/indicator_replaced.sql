-- Facts that are computed again, in some months or in all, and those of indicators that are no longer declared.
DELETE FROM mart.$table AS kept
WHERE kept.indicator_id NOT IN (SELECT indicator_id FROM declared)
    OR kept.indicator_id IN (SELECT indicator_id FROM computed WHERE month IS NULL)
    OR (kept.indicator_id, kept.month) IN (SELECT (indicator_id, month) FROM computed WHERE month IS NOT NULL)
