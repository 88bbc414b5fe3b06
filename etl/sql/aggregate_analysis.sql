-- The aggregates for analysis: counts of units, of no person and no record.
CREATE OR REPLACE TABLE analysis.mart.indicator AS FROM snapshot.mart.indicator;
CREATE OR REPLACE TABLE analysis.mart.process_step AS FROM snapshot.mart.process_step;
CREATE OR REPLACE TABLE analysis.mart.disposition AS FROM snapshot.mart.disposition;
CREATE OR REPLACE TABLE analysis.mart.duty AS FROM snapshot.mart.duty;
CREATE OR REPLACE TABLE analysis.mart.honour AS FROM snapshot.mart.honour;
CREATE OR REPLACE TABLE analysis.mart.initiative AS FROM snapshot.mart.initiative;
CREATE OR REPLACE TABLE analysis.mart.oversight AS FROM snapshot.mart.oversight;
CREATE OR REPLACE TABLE analysis.mart.scenario AS FROM snapshot.mart.scenario;
CREATE OR REPLACE TABLE analysis.mart.scenario_progress AS FROM snapshot.mart.scenario_progress
