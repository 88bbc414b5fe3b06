-- What adds up, by market cell; a cell belongs to the unit that manages it at the month's end.
WITH added AS (
    SELECT part.indicator_id, part.cell_id, part.month, sum(part.numerator) AS numerator,
        sum(part.denominator) AS denominator, sum(part.observations) AS observations
    FROM part
    JOIN declared ON declared.indicator_id = part.indicator_id AND declared.has_cell_facts
        AND declared.shape = 'ratio'
    WHERE part.cell_id IS NOT NULL
    GROUP BY part.indicator_id, part.cell_id, part.month
)
SELECT added.indicator_id, cell.unit_id, 'cell' AS subject_kind, added.cell_id AS subject_id, added.month,
    coalesce(added.numerator, 0) AS numerator, coalesce(added.denominator, 0) AS denominator, added.observations
FROM added
LEFT JOIN cell_in_force AS cell
    ON cell.cell_id = added.cell_id AND last_day(added.month) BETWEEN cell.in_force_from AND cell.in_force_to
WHERE added.observations > 0
