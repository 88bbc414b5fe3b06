-- What was drawn on something else than now, or at a month end that no portrait goes back to any more.
DELETE FROM snapshot.mart.$mart AS drawn WHERE NOT EXISTS (
    FROM resting_now AS now JOIN snapshot.mart.portrait_rest AS rest USING (subject_kind, period_end, digest)
    WHERE now.subject_kind = drawn.subject_kind AND now.period_end = drawn.period_end
)
