-- What became of the contested rows.
SELECT
    count(*) FILTER (is_new AND is_unchanged) AS unchanged,
    count(DISTINCT ($key)) FILTER (is_new AND NOT is_unchanged AND NOT was_known) AS loaded,
    count(*) FILTER (is_new AND NOT is_unchanged) AS kept
FROM timeline
