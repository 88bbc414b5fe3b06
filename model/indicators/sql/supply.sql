-- One row a supply line: a month, unit, tier and rule.
SELECT *, own_unknown AS unknown, last_day(CAST(month || '-01' AS DATE)) AS month_end FROM supply_month_delivered
