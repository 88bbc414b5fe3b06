-- Text to typed values in one pass: each value judged on its own, findings kept beside the row.
CREATE OR REPLACE TABLE staged AS
WITH raw AS (SELECT $carried $texts FROM $relation),
parsed AS (SELECT *, $typed FROM raw),
judged AS (SELECT *, $faulty FROM parsed),
placed AS (SELECT *, $position AS _position_is_bad FROM judged)
SELECT
    $carried
    $values,
    CASE WHEN $any_cell THEN list_filter([CAST(NULL AS STRUCT(column_name VARCHAR, "value" VARCHAR, "rule" VARCHAR)), $cells], c -> c IS NOT NULL) END AS _cells,
    CASE WHEN $any_reason THEN list_filter([CAST(NULL AS VARCHAR), $reasons], r -> r IS NOT NULL) END AS _reasons,
    CASE WHEN $any_reason THEN CAST(to_json(struct_pack($delivered)) AS VARCHAR) END AS _text
FROM placed
