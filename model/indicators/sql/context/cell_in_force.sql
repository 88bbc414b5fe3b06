-- Which unit manages a market cell, with the days on which it did.
SELECT cell_id, unit_id, valid_from AS in_force_from, coalesce(valid_to, DATE '9999-12-31') AS in_force_to
FROM record.market_cell
