-- One row a warning as it was handled.
SELECT *, own_unknown AS unknown, CAST(due_at AS DATE) AS due_on, CAST(closed_at AS DATE) AS closed_on
    FROM warning_delivered
