-- Findings so far, one row each, so that later checks can add to them.
CREATE OR REPLACE TEMP TABLE finding_cell AS
SELECT _id, cell.column_name, cell.value, cell.rule
FROM (SELECT _id, unnest(_cells) AS cell FROM examined WHERE _cells IS NOT NULL);
CREATE OR REPLACE TEMP TABLE finding_reason AS
SELECT _id, rule, false AS is_waiting
FROM (SELECT _id, unnest(_reasons) AS rule FROM examined WHERE _reasons IS NOT NULL)
