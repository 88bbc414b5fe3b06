-- The pairs behind a finding: people and shops as the same keyed pseudonyms as on the analysis surface.
INSERT INTO snapshot.mart.pattern_evidence
SELECT $$1, subject_kind, subject_id, $$2,
    row_number() OVER (PARTITION BY subject_kind, subject_id ORDER BY p, counted DESC, one, other) AS place,
    list_transform(one::VARCHAR[], e -> left(keyed_hash(e), 16)),
    list_transform(other::VARCHAR[], e -> left(keyed_hash(e), 16)),
    outcome, counted::BIGINT, expected, p
FROM evidence_row QUALIFY place <= $$3
