unit_kind AS (SELECT unit_id, coalesce(unit_type, '') AS unit_type FROM mart.unit),
member AS (
    SELECT 'unit' AS subject_kind, shop.unit_id AS subject_id, shop.unit_id, unit_kind.unit_type AS peers, risk, is_hit
    FROM shop JOIN unit_kind USING (unit_id)
    UNION ALL
    SELECT 'cell', cell_id, unit_id, unit_id, risk, is_hit FROM shop
),
own AS (
    SELECT subject_kind, subject_id, unit_id, peers, risk, count(*) AS shops, count(*) FILTER (is_hit) AS hits
    FROM member GROUP BY ALL
),
peer AS (
    SELECT subject_kind, peers, risk, sum(shops) AS shops, sum(hits) AS hits FROM own GROUP BY ALL
),
often AS (SELECT subject_kind, subject_id FROM own GROUP BY ALL HAVING sum(hits) >= $least)
SELECT own.subject_kind, own.subject_id, own.unit_id, CAST(NULL AS VARCHAR[]) AS one, CAST(NULL AS VARCHAR[]) AS other,
    CAST(NULL AS VARCHAR) AS outcome, own.risk AS stratum, own.hits AS together, own.shops AS of_one, peer.hits AS of_other,
    peer.shops AS total, own.shops AS sample, 1 AS possible,
    (SELECT count(DISTINCT all_own.subject_id) FROM own AS all_own WHERE all_own.subject_kind = own.subject_kind) AS family
FROM own JOIN often USING (subject_kind, subject_id)
JOIN peer ON peer.subject_kind = own.subject_kind AND peer.peers = own.peers AND peer.risk = own.risk
WHERE peer.hits > 0
