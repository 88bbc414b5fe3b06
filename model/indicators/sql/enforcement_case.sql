-- One row a clue or case: its due dates and the fine as a part of its base.
SELECT *, own_unknown AS unknown,
    CAST(clue_at AS DATE) + 7 AS filing_due_on,
    CAST(filing_decided_at AS DATE) AS filing_decided_on,
    coalesce(filed_on + 90, penalty_decided_on) AS penalty_due_on,
    coalesce(penalty_decided_on, closed_on) AS settled_on,
    coalesce(closed_on, penalty_decided_on, filed_on, CAST(clue_at AS DATE)) AS last_step_on,
    CAST(legal_review_at AS DATE) AS legally_reviewed_on,
    round(fine_amount / nullif(penalty_base_amount, 0), 6) AS fine_ratio,
    violation_code || '/' || coalesce(severity_grade, '') AS like_case
FROM enforcement_case_delivered
