-- The parts of every level of the tree: the rows of all descendants, as if they carried its unit.
SELECT part.indicator_id, tree.ancestor_id AS unit_id, part.month, part.stratum,
    sum(part.numerator) AS numerator, sum(part.denominator) AS denominator, sum(part.observations) AS observations,
    sum(part.numerator_count) AS numerator_count, sum(part.denominator_count) AS denominator_count
FROM part
JOIN declared ON declared.indicator_id = part.indicator_id AND declared.has_unit_facts AND NOT declared.has_levels
JOIN mart.unit_tree AS tree ON tree.unit_id = part.unit_id
GROUP BY part.indicator_id, tree.ancestor_id, part.month, part.stratum
UNION ALL
SELECT part.indicator_id, part.unit_id, part.month, part.stratum,
    part.numerator, part.denominator, part.observations, part.numerator_count, part.denominator_count
FROM part JOIN declared ON declared.indicator_id = part.indicator_id AND declared.has_levels
