-- Posted problems, as the record contract's `scenario`.
SELECT scenario_id, title, owner_department, need, taker_unit_id, taker_team, step, data_items, model, presentation,
    posted_on, taken_on, launched_on, score, state
FROM scenario
