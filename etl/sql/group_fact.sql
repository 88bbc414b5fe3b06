-- The groups of one kind by month, as the facts of units are.
INSERT INTO mart.group_fact
SELECT $$kind, part.unit_id, part.indicator_id, part.month, round(coalesce(sum(part.numerator), 0), 9),
    round(coalesce(sum(part.denominator), 0), 9), sum(part.observations)
FROM group_part AS part JOIN declared USING (indicator_id)
WHERE part.month >= greatest(declared.first_month, $$since::DATE)
GROUP BY ALL HAVING sum(part.observations) > 0 ORDER BY ALL
