-- The judgement for analysis: of units and cells. A breach is told of its unit; which record it is, is not. Reads of
-- reporter data stay with the discipline role.
CREATE OR REPLACE TABLE analysis.mart.trend AS FROM snapshot.mart.trend;
CREATE OR REPLACE TABLE analysis.mart.comparison AS FROM snapshot.mart.comparison;
CREATE OR REPLACE TABLE analysis.mart.portrait AS FROM snapshot.mart.portrait;
CREATE OR REPLACE TABLE analysis.mart.portrait_mover AS FROM snapshot.mart.portrait_mover;
CREATE OR REPLACE TABLE analysis.mart.warning AS
SELECT * REPLACE (CASE WHEN kind <> 'breach' THEN subject_id END AS subject_id)
FROM snapshot.mart.warning WHERE subject_kind <> 'vault_access'
