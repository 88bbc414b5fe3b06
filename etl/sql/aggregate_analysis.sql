-- The aggregates for analysis: counts of units, of no person and no record.
CREATE OR REPLACE TABLE analysis.mart.indicator AS FROM snapshot.mart.indicator;
CREATE OR REPLACE TABLE analysis.mart.process_step AS FROM snapshot.mart.process_step
