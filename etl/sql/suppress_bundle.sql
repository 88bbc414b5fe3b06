-- What is hidden of one measure of a bundle is hidden of all.
CREATE OR REPLACE TEMP TABLE hidden_bundle AS
SELECT DISTINCT c.bundle, h.month, h.unit_id
FROM hidden h JOIN (SELECT DISTINCT bundle, measure FROM countable) c USING (measure)
