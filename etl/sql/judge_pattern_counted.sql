unit_kind AS (SELECT unit_id, coalesce(unit_type, '') AS unit_type FROM mart.unit),
member AS (
    SELECT 'unit' AS subject_kind, thing.unit_id AS subject_id, thing.unit_id, unit_kind.unit_type AS peers, risk, is_hit
    FROM thing JOIN unit_kind USING (unit_id)
    UNION ALL
    SELECT 'cell', cell_id, unit_id, unit_id, risk, is_hit FROM thing WHERE cell_id IS NOT NULL
),
own AS (
    SELECT subject_kind, subject_id, unit_id, peers, risk, count(*) AS things, count(*) FILTER (is_hit) AS hits
    FROM member GROUP BY ALL
),
peer AS (
    SELECT subject_kind, peers, risk, sum(things) AS things, sum(hits) AS hits FROM own GROUP BY ALL
),
often AS (SELECT subject_kind, subject_id FROM own GROUP BY ALL HAVING sum(hits) >= $least)
SELECT own.subject_kind, own.subject_id, own.unit_id, CAST(NULL AS VARCHAR[]) AS one, CAST(NULL AS VARCHAR[]) AS other,
    CAST(NULL AS VARCHAR) AS outcome, own.risk AS stratum, own.hits AS together, own.things AS of_one,
    peer.hits AS of_other, peer.things AS total, own.things AS sample, 1 AS possible,
    (SELECT count(DISTINCT o.subject_id) FROM own AS o WHERE o.subject_kind = own.subject_kind) AS family
FROM own JOIN often USING (subject_kind, subject_id)
JOIN peer ON peer.subject_kind = own.subject_kind AND peer.peers = own.peers AND peer.risk = own.risk
WHERE peer.hits > 0
