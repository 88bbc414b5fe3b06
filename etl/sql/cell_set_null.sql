-- A malformed optional value falls: reported here, and null in the rows as they would be loaded.
CREATE OR REPLACE TEMP TABLE $fallen AS FROM broken;
INSERT INTO finding_cell
SELECT s._id, '$column_text', $shown, '$rule' FROM staged_rows s SEMI JOIN broken USING (_id)
