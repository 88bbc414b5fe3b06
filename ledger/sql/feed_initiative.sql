-- Initiatives, as the record contract's `initiative`.
SELECT initiative_id, title, framework, framework_element, unit_id, feature, lead_department, team, plan_set_on,
    pilot_chosen_on, standard_built_on, rolled_out_on, due_on, state
FROM initiative
