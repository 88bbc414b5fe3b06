-- The units of one type, or those that carry one integrity-unit kind.
SELECT unit_id FROM snapshot.record.org_unit
WHERE unit_type = $$1 OR list_contains(integrity_unit_kinds, $$2) ORDER BY unit_id
