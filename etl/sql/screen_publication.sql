-- Decisions that were published, one row each: public by law, so they are no small counts. No number, party or amount; a
-- keyed pseudonym, so that a withdrawal can name what it withdraws. Of an annulled decision nothing is left but that.
-- The record of an application does not say that its grant was annulled: the licence does, as revoked. It is the licence
-- that the application names, else, as for a new one, the applicant's licence issued from the decision on.
CREATE TABLE screen.mart.publication AS
WITH revoked AS (
    SELECT licence_no, retailer_id, issued_on, state_changed_on FROM snapshot.record.licence
    WHERE state = 'revoked' AND state_changed_on IS NOT NULL
),
granted AS (
    SELECT application_no, licence_no, retailer_id, decided_at::DATE AS decided_on
    FROM snapshot.record.licence_application WHERE result = 'granted'
),
annulment AS (
    SELECT application_no, min(state_changed_on) AS annulled_on
    FROM (
        SELECT g.application_no, g.decided_on, r.state_changed_on FROM granted g JOIN revoked r USING (licence_no)
        UNION ALL
        SELECT g.application_no, g.decided_on, r.state_changed_on FROM granted g JOIN revoked r USING (retailer_id)
        WHERE g.licence_no IS NULL AND r.issued_on >= g.decided_on
    )
    WHERE decided_on <= state_changed_on
    GROUP BY ALL
),
decision AS (
    SELECT 'licence' AS decision_kind, a.application_no AS number, a.application_type AS matter, a.unit_id,
        a.decided_at::DATE AS decided_on, a.published_at::DATE AS published_on,
        annulment.annulled_on, NULL::DATE AS withdrawn_on
    FROM snapshot.record.licence_application a
    LEFT JOIN annulment USING (application_no)
    WHERE a.result = 'granted' AND a.published_at IS NOT NULL
    UNION ALL
    SELECT 'penalty', case_no, violation_code, unit_id, penalty_decided_on, published_on,
        annulled_on, publication_withdrawn_on
    FROM snapshot.record.enforcement_case
    WHERE penalty_decided_on IS NOT NULL AND published_on IS NOT NULL
),
recent AS (
    SELECT *, annulled_on IS NOT NULL OR withdrawn_on IS NOT NULL AS is_withdrawn FROM decision
    WHERE greatest(published_on, coalesce(annulled_on, published_on), coalesce(withdrawn_on, published_on))
        > current_date - INTERVAL $published_months MONTH
)
SELECT pseudonym(r.decision_kind || ' ' || r.number) AS publication_id, r.decision_kind,
    CASE WHEN r.is_withdrawn THEN 'withdrawn' ELSE 'published' END AS state,
    CASE WHEN NOT r.is_withdrawn THEN r.matter END AS matter,
    CASE WHEN NOT r.is_withdrawn THEN r.unit_id END AS unit_id,
    CASE WHEN NOT r.is_withdrawn THEN r.decided_on END AS decided_on,
    CASE WHEN NOT r.is_withdrawn THEN r.published_on END AS published_on,
    due.date - 1 AS withdraw_by, r.withdrawn_on
FROM recent r
LEFT JOIN process_day annulled ON annulled.date = r.annulled_on
LEFT JOIN process_day due ON due.is_working_day AND due.number = annulled.number + 1 + $withdrawal_days
ORDER BY ALL
