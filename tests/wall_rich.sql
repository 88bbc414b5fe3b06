-- A screen surface with everything on it: every number known and large, every name long, $offices offices in place of
-- one and $cells market cells in place of one. Invented, for the layout of the wall alone.
UPDATE mart.unit SET name = '$name' WHERE level = 2;
INSERT INTO mart.unit SELECT unit_id || '-' || n, parent_unit_id, name || '第' || n || '所', unit_type, level, is_active
FROM mart.unit, range(1, $offices) AS r(n) WHERE unit_type = 'management_office';
INSERT INTO mart.unit_tree SELECT u.unit_id, t.ancestor_id, t.distance FROM mart.unit u JOIN mart.unit_tree t
ON u.unit_id LIKE t.unit_id || '-%' AND t.distance > 0 WHERE u.unit_id NOT IN (SELECT unit_id FROM mart.unit_tree);
INSERT INTO mart.unit_tree SELECT unit_id, unit_id, 0 FROM mart.unit WHERE unit_id NOT IN (SELECT unit_id FROM mart.unit_tree);
INSERT INTO mart.portrait SELECT p.* REPLACE (u.unit_id AS subject_id, greatest(p.score - 7 * (hash(u.unit_id) % 8)::INTEGER, 2) AS score,
    1 AS rank_low, $offices AS rank_high)
FROM mart.portrait p JOIN mart.unit u ON u.unit_id LIKE p.subject_id || '-%';
UPDATE mart.portrait SET score = coalesce(score, 100), score_lower = coalesce(least(score_lower, score), 0),
    score_upper = coalesce(greatest(score_upper, score), 100), state = 'value';
INSERT INTO mart.cell SELECT c.* REPLACE (c.cell_id || '-' || n AS cell_id,
    CASE WHEN n % $offices = 0 THEN c.unit_id ELSE c.unit_id || '-' || (n % $offices) END AS unit_id,
    c.capacity + n % 17 - 2 AS capacity, n % 9 AS queued, n % 23 = 0 AS is_restricted)
FROM mart.cell c, range(1, $cells) AS r(n);
UPDATE mart.cell SET name = '$name' || '第' || cell_id || '单元' WHERE queued > 7;
UPDATE mart.volume SET "count" = coalesce("count", 4) * 1009, state = 'value';
UPDATE mart.trend SET value = coalesce(value, 0.888), centre = coalesce(centre, 0.901), lower = coalesce(lower, 0.8), upper = coalesce(upper, 0.999),
    signal = coalesce(signal, CASE WHEN hash(indicator_id, month) % 3 = 0 THEN 'outside' END), assurance = coalesce(assurance, 'consistently misses'),
    variation = coalesce(variation, 'concerning'), state = 'value';
UPDATE mart.process_step SET median_days = coalesce(median_days, 13.5), p90_days = coalesce(p90_days, 138.5), limit_days = coalesce(limit_days, 15),
    within = least(coalesce(within, 0.888), 0.888), state = 'value';
UPDATE mart.disposition SET "count" = coalesce("count", 7) * 1009, median_days = coalesce(median_days, 138), on_time = least(coalesce(on_time, 0.888), 0.888), state = 'value';
UPDATE mart.duty SET due = coalesce(due, 9) * 109, done = coalesce(done, 8) * 109, state = 'value';
UPDATE mart.oversight SET due = coalesce(due, 9) * 109, done = coalesce(done, 8) * 109, state = 'value';
UPDATE mart.honour SET "count" = "count" * 109;
UPDATE mart.scenario_progress SET "count" = coalesce("count", 9) * 1009, state = 'value'
