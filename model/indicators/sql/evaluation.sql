-- One row a rating: whether it is bad, and by when it had to be put right.
SELECT evaluation.*, evaluation.own_unknown AS unknown,
    evaluation.rating IN ('dissatisfied', 'very_dissatisfied') AS is_negative,
    CAST(evaluation.rectified_at AS DATE) AS rectified_on,
    due.date - 1 AS rectification_due_on
FROM evaluation_delivered AS evaluation
LEFT JOIN working_day AS rated ON rated.date = CAST(evaluation.rated_at AS DATE)
LEFT JOIN working_day AS due ON due.is_working_day AND due.number = rated.number + 16
