-- The declared indicators, as screens name them. What is computed of each is in mart.indicator_state.
CREATE OR REPLACE TABLE snapshot.mart.indicator (
    indicator_id VARCHAR, name_zh VARCHAR, name_en VARCHAR, dimension VARCHAR, domain VARCHAR, direction VARCHAR,
    target DOUBLE, floor DOUBLE, kind VARCHAR, is_scored BOOLEAN, version INTEGER, series VARCHAR, grain VARCHAR,
    minimum_denominator BIGINT
)
