-- Honours, as the record contract's `honour`.
SELECT h.honour_id, h.unit_id, h.title, h.grantor, h.honour_level, h.granted_on, (
    SELECT min(a.file_name) FROM attachment a WHERE a.owner_kind = 'honour' AND a.owner_id = h.honour_id
) AS evidence_file
FROM honour h
