-- Portraits are drawn anew in every run.
DELETE FROM snapshot.mart.portrait;
DELETE FROM snapshot.mart.portrait_mover;
DELETE FROM snapshot.mart.portrait_kind;
DELETE FROM snapshot.mart.portrait_subject
