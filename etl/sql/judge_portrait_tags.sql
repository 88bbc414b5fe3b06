-- What units carry that makes them, or the groups in them, subjects.
SELECT unit_id, unit_type, party_branch, integrity_unit_kinds FROM snapshot.record.org_unit ORDER BY ALL
