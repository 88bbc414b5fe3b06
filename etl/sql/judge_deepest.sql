-- A change is told where it happens: not again of the units above, where a unit below shows it in the same month.
DELETE FROM found WHERE kind = 'signal' AND subject_kind = 'unit' AND EXISTS (
    FROM found below JOIN snapshot.mart.unit_tree t
        ON t.unit_id = below.unit_id AND t.ancestor_id = found.unit_id AND t.distance > 0
    WHERE below.kind = 'signal' AND below.subject_kind = 'unit' AND below.indicator_id = found.indicator_id
        AND below.period_end = found.period_end
)
