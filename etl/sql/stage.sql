-- Text to typed values in one pass, in the spelling that nearly all have; a row with anything else keeps its texts.
INSERT INTO $staged
WITH raw AS (SELECT $carried $texts FROM $relation),
quick AS (SELECT *, $values FROM raw)
SELECT $columns, $batch AS batch_id, $number AS row_number, CASE WHEN $odd THEN [$delivered] END AS _texts
FROM quick
