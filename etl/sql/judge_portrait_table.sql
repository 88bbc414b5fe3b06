-- What kinds and subjects there are is said anew in every run.
DELETE FROM snapshot.mart.portrait_kind;
DELETE FROM snapshot.mart.portrait_subject
