-- One kind of subjects, and whether there are any: value, no_data, or not_computable for want of columns.
INSERT INTO snapshot.mart.portrait_kind
SELECT $$kind, $$name_zh, $$name_en, $$meaning_zh, $$meaning_en, count(DISTINCT subject_id),
    CASE WHEN len($$missing::VARCHAR[]) > 0 THEN 'not_computable' WHEN count(*) = 0 THEN 'no_data' ELSE 'value' END,
    $$missing::VARCHAR[]
FROM snapshot.mart.portrait WHERE subject_kind = $$kind
