-- Malformed values of rows that are loaded; of a row that waits, those that the quarantine itself does not keep.
INSERT INTO snapshot.quality.cell
SELECT $$table, $$file, s._row_number, f.column_name, f.value, f.rule, $$batch
FROM finding_cell f JOIN examined_rows s USING (_id)
WHERE f._id NOT IN (SELECT _id FROM finding_reason)
    OR (
        f.value IS NULL
        AND f._id IN (SELECT _id FROM finding_reason GROUP BY _id HAVING bool_and(is_waiting))
    )
