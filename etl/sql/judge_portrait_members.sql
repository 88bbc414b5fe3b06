-- The groups of one kind that have enough members in both of two months.
SELECT subject_id FROM snapshot.mart.group_fact
WHERE subject_kind = $$1 AND indicator_id = $$2 AND observations >= $$3 AND month IN ($$4, $$5)
GROUP BY subject_id HAVING bool_or(month = $$4) AND bool_or(month = $$5) ORDER BY subject_id
