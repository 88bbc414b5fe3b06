-- Findings so far, one row each, so that later checks can add to them.
CREATE OR REPLACE TEMP TABLE finding_cell AS
SELECT _id, cell.column_name, cell.value, cell.rule
FROM (SELECT rowid AS _id, unnest(_cells) AS cell FROM staged WHERE _cells IS NOT NULL);
CREATE OR REPLACE TEMP TABLE finding_reason AS
SELECT _id, rule, false AS is_waiting
FROM (SELECT rowid AS _id, unnest(_reasons) AS rule FROM staged WHERE _reasons IS NOT NULL)
