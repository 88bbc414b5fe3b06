-- The portraits to draw: those that rest on something else than before, or were not drawn before.
SELECT subject_kind, period_end FROM resting_now
ANTI JOIN snapshot.mart.portrait_rest USING (subject_kind, period_end, digest) ORDER BY ALL
