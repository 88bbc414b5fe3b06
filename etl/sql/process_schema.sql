-- The steps of each process by window: how long they took, how many kept their limit, what waits in them now.
-- month: the first day of a window's last month. observations: steps that ended in the window; median_days and
-- p90_days are theirs. due: steps whose limit came in it, in time or not; within is the share in time. open_count and
-- overdue_count are of the source's last whole day, and stand only at the newest month.
-- state: value, zero (nothing ended or fell due, nothing waits), no_data (the unit has no such records at all),
-- not_computable (no source records what the step needs, or the window of a step in working days ends beyond the
-- working calendar: what waits is counted all the same). overdue_count is null where of one that waits it is not known.
CREATE OR REPLACE TABLE snapshot.mart.process_step (
    process VARCHAR, step VARCHAR, place INTEGER, unit_id VARCHAR, month DATE, window_months INTEGER,
    observations BIGINT, median_days DOUBLE, p90_days DOUBLE, limit_days DOUBLE, day_kind VARCHAR,
    due BIGINT, in_time BIGINT, within DOUBLE, open_count BIGINT, overdue_count BIGINT, as_of DATE, state VARCHAR
);
CREATE OR REPLACE TEMP TABLE process_source (process VARCHAR, step VARCHAR, source VARCHAR, as_of DATE);
CREATE OR REPLACE TEMP TABLE process_need (process VARCHAR, step VARCHAR, table_name VARCHAR, column_name VARCHAR);
CREATE OR REPLACE TEMP TABLE process_declared (
    process VARCHAR, step VARCHAR, place INTEGER, day_kind VARCHAR, has_limit BOOLEAN
);
CREATE OR REPLACE TEMP TABLE process_window (process VARCHAR, first_month DATE, month DATE, window_months INTEGER);
CREATE OR REPLACE TEMP TABLE process_row (
    process VARCHAR, step VARCHAR, unit_id VARCHAR, ended_month DATE, days INTEGER, limit_days INTEGER,
    due_month DATE, is_in_time BOOLEAN, is_open BOOLEAN, is_overdue BOOLEAN
)
