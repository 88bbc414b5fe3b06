-- Rows kept out, whole: what was delivered as text, with the malformed values as they came. Where a value that must be
-- there was there and fell, it is said why it fell.
INSERT INTO snapshot.quality.quarantine
WITH told AS (
    FROM finding_reason
    UNION ALL
    SELECT c._id, c.column_name || ': ' || c.rule, r.is_waiting
    FROM finding_cell c
    JOIN finding_reason r ON r._id = c._id AND starts_with(r.rule, c.column_name || ': not null where ')
),
reasons AS (
    SELECT _id, list_sort(list_distinct(list(rule))) AS reasons, bool_and(is_waiting) AS is_waiting
    FROM told GROUP BY _id
),
cells AS (
    SELECT _id, CAST(json_group_object(column_name, value) AS VARCHAR) AS patch
    FROM finding_cell
    WHERE value IS NOT NULL AND _id IN (SELECT _id FROM reasons) GROUP BY _id
)
SELECT
    $$table, $$file, s._row_number, reasons.reasons,
    CAST(json_merge_patch(coalesce(s._text, CAST(to_json(struct_pack($delivered)) AS VARCHAR)), coalesce(cells.patch, '{}')) AS VARCHAR),
    $$batch, reasons.is_waiting, $unit
FROM reasons JOIN examined_rows s USING (_id) LEFT JOIN cells USING (_id)
