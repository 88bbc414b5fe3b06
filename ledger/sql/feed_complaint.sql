-- What people said through the window, as the record contract's `complaint`: the number is one that nobody was given.
SELECT matter_id AS ticket_no, 'service_card' AS channel, category, conduct_code, is_anonymous, target_unit_id,
    unit_id AS handling_unit_id, received_at, accept_due_at, accepted_at, due_at, closed_at
FROM matter
