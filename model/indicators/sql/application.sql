-- One row an application: its working days, due dates and verifiers.
WITH application AS (
    SELECT *,
        CAST(coalesce(accepted_at, submitted_at) AS DATE) AS clock_started_on,
        CAST(submitted_at AS DATE) AS submitted_on,
        CAST(decided_at AS DATE) AS decided_on,
        CAST(published_at AS DATE) AS published_on,
        CAST(coalesce(verification_ended_at, verification_started_at) AS DATE) AS verified_on,
        coalesce(suspended_working_days, 0) AS excluded_working_days,
        CASE WHEN extension_approver_id IS NOT NULL
            THEN least(coalesce(extended_working_days, 0), 10) ELSE 0 END AS approved_extension_working_days
    FROM licence_application_delivered
),
out_of_order AS (
    SELECT DISTINCT later.application_no
    FROM record.licence_application AS later JOIN record.licence_application AS earlier
        ON earlier.cell_id = later.cell_id AND earlier.queue_no < later.queue_no
        AND earlier.queue_joined_at <= later.decided_at AND earlier.queue_skip_reason IS NULL
        AND (earlier.decided_at IS NULL OR earlier.decided_at > later.decided_at)
)
SELECT application.*, application.own_unknown AS unknown,
    statutory.date - 1 AS statutory_due_on,
    promised.date - 1 AS promised_due_on,
    publication.date - 1 AS publication_due_on,
    -- Beyond the calendar none: those told in time cannot be counted there, so those never told must not be either.
    asked.date AS supplement_asked_on,
    CAST(coalesce(application.decided_at, application.extension_notice_at, application.accepted_at,
        application.submitted_at) AS DATE) AS extension_settled_on,
    application.result IN ('granted', 'refused')
        OR (application.decided_at IS NULL AND application.accepted_at IS NOT NULL) AS is_judged,
    CASE WHEN decided.date >= started.date
        THEN decided.number - started.number END - application.excluded_working_days AS net_working_days,
    application.supplement_notice_at IS NOT NULL OR coalesce(application.supplement_count, 0) > 0 AS needs_supplement,
    CASE WHEN noticed.date >= submitted.date THEN noticed.number - submitted.number END AS notice_working_days,
    application.verification_started_at IS NOT NULL AS is_verified,
    CASE WHEN first_verifier.role <> 'auxiliary' THEN 1 ELSE 0 END
        + CASE WHEN second_verifier.role <> 'auxiliary'
            AND application.second_verifier_id IS DISTINCT FROM application.first_verifier_id
            THEN 1 ELSE 0 END AS qualified_verifier_count,
    CASE WHEN application.first_verifier_id IS NOT NULL AND application.second_verifier_id IS NOT NULL
        THEN least(application.first_verifier_id, application.second_verifier_id) || '+'
            || greatest(application.first_verifier_id, application.second_verifier_id) END AS verifier_pair,
    out_of_order.application_no IS NOT NULL AS is_out_of_order,
    application.application_type = 'renewal' AND application.submitted_on <= application.previous_expires_on - 30
        AND (application.result IS NULL OR application.result IN ('granted', 'refused')) AS is_timely_renewal
FROM application
LEFT JOIN working_day AS started ON started.date = application.clock_started_on
LEFT JOIN working_day AS decided ON decided.date = application.decided_on
LEFT JOIN working_day AS submitted ON submitted.date = application.submitted_on
LEFT JOIN working_day AS noticed ON noticed.date = CAST(application.supplement_notice_at AS DATE)
LEFT JOIN working_day AS asked
    ON asked.date = CAST(coalesce(application.supplement_notice_at, application.submitted_at) AS DATE)
LEFT JOIN working_day AS statutory ON statutory.is_working_day AND statutory.number = started.number + 1
    + application.statutory_working_days + application.approved_extension_working_days
        + application.excluded_working_days
LEFT JOIN working_day AS promised ON promised.is_working_day
    AND promised.number = started.number + 1 + application.promised_working_days + application.excluded_working_days
LEFT JOIN working_day AS publication ON publication.is_working_day AND publication.number = decided.number + 8
LEFT JOIN staff_in_force AS first_verifier ON first_verifier.staff_id = application.first_verifier_id
    AND application.verified_on BETWEEN first_verifier.in_force_from AND first_verifier.in_force_to
LEFT JOIN staff_in_force AS second_verifier ON second_verifier.staff_id = application.second_verifier_id
    AND application.verified_on BETWEEN second_verifier.in_force_from AND second_verifier.in_force_to
LEFT JOIN out_of_order ON out_of_order.application_no = application.application_no
