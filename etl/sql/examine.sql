-- The rows that are not plain, patiently: each value judged on its own, findings kept beside the row.
INSERT INTO examined
WITH raw AS (SELECT _id, row_number, $texts FROM $given),
parsed AS (SELECT *, $typed FROM raw),
judged AS (SELECT *, $faulty FROM parsed),
placed AS (SELECT *, $position AS _position_is_bad FROM judged)
SELECT
    _id,
    row_number,
    $values,
    CASE WHEN $any_cell THEN list_filter([CAST(NULL AS STRUCT(column_name VARCHAR, "value" VARCHAR, "rule" VARCHAR)), $cells], c -> c IS NOT NULL) END AS _cells,
    CASE WHEN $any_reason THEN list_filter([CAST(NULL AS VARCHAR), $reasons], r -> r IS NOT NULL) END AS _reasons,
    CASE WHEN $any_reason THEN CAST(to_json(struct_pack($delivered)) AS VARCHAR) END AS _text
FROM placed
