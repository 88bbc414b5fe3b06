-- The judgement for analysis: of units and cells. A breach or revision is told of its unit; which record it is, is not.
-- The pairs behind a pattern stay with the discipline role, as do reads of
-- reporter data.
CREATE OR REPLACE TABLE analysis.mart.trend AS FROM snapshot.mart.trend;
CREATE OR REPLACE TABLE analysis.mart.comparison AS FROM snapshot.mart.comparison;
CREATE OR REPLACE TABLE analysis.mart.portrait AS FROM snapshot.mart.portrait;
CREATE OR REPLACE TABLE analysis.mart.portrait_mover AS FROM snapshot.mart.portrait_mover;
CREATE OR REPLACE TABLE analysis.mart.portrait_part AS FROM snapshot.mart.portrait_part;
CREATE OR REPLACE TABLE analysis.mart.portrait_kind AS FROM snapshot.mart.portrait_kind;
CREATE OR REPLACE TABLE analysis.mart.portrait_subject AS FROM snapshot.mart.portrait_subject;
CREATE OR REPLACE TABLE analysis.mart.warning AS
SELECT * REPLACE (CASE WHEN kind NOT IN ('breach', 'revision') THEN subject_id END AS subject_id)
FROM snapshot.mart.warning WHERE subject_kind <> 'vault_access'
