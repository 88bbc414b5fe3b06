-- What the portraits of this run rest on.
INSERT INTO snapshot.mart.portrait_rest
SELECT subject_kind, period_end::DATE, digest FROM resting_now
ANTI JOIN snapshot.mart.portrait_rest USING (subject_kind, period_end)
