-- What is looked for again: of these indicators, in these months (none given: in all).
DELETE FROM snapshot.mart.breach
WHERE list_contains($$indicators, indicator_id)
    AND ($$months::DATE[] IS NULL OR list_contains($$months, date_trunc('month', happened_on)::DATE))
