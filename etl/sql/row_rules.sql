-- Rules across columns, on the row as it would be loaded.
INSERT INTO finding_reason
SELECT _id, unnest(list_filter([$reasons], r -> r IS NOT NULL), recursive := true)
FROM staged_rows WHERE $any
