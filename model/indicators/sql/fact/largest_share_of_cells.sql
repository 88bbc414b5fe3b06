-- The largest group's part of a cell's rows, whichever unit they belong to.
WITH grouped AS (
    SELECT part.indicator_id, part.cell_id, part.month, part.stratum,
        sum(part.numerator) AS numerator, sum(part.observations) AS observations
    FROM part
    JOIN declared ON declared.indicator_id = part.indicator_id AND declared.has_cell_facts
        AND declared.shape = 'largest_share'
    WHERE part.cell_id IS NOT NULL
    GROUP BY part.indicator_id, part.cell_id, part.month, part.stratum
),
added AS (
    SELECT indicator_id, cell_id, month, max(numerator) AS numerator, sum(observations) AS observations
    FROM grouped GROUP BY indicator_id, cell_id, month
)
SELECT added.indicator_id, cell.unit_id, 'cell' AS subject_kind, added.cell_id AS subject_id, added.month,
    added.numerator, added.observations AS denominator, added.observations
FROM added
LEFT JOIN cell_in_force AS cell
    ON cell.cell_id = added.cell_id AND last_day(added.month) BETWEEN cell.in_force_from AND cell.in_force_to
