-- The pairs behind findings with who they are.
SELECT pair.subject_kind, pair.subject_id, pair.one, pair.other, pair.outcome, found.counted, found.expected, found.p
FROM evidence_pair AS found JOIN pattern_pair AS pair USING (pair)
