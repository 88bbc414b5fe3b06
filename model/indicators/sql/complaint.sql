-- One row a ticket: its due dates, and whether it came again within 90 days of closing.
WITH repeat AS (
    SELECT repeat_of_ticket_no, min(CAST(received_at AS DATE)) AS first_received_on
    FROM complaint_delivered WHERE repeat_of_ticket_no IS NOT NULL GROUP BY repeat_of_ticket_no
)
SELECT ticket.*, ticket.own_unknown AS unknown,
    CAST(ticket.accept_due_at AS DATE) AS accept_due_on,
    CAST(ticket.due_at AS DATE) AS due_on,
    CAST(ticket.closed_at AS DATE) AS closed_on,
    CAST(ticket.closed_at AS DATE) + 90 AS repeat_window_ends_on,
    repeat.first_received_on <= CAST(ticket.closed_at AS DATE) + 90 AS is_repeated,
    ticket.conduct_code IS NOT NULL AND ticket.category IN ('report', 'complaint') AS is_conduct_complaint
FROM complaint_delivered AS ticket LEFT JOIN repeat ON repeat.repeat_of_ticket_no = ticket.ticket_no
