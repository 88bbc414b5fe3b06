-- Reads of the vault, as the record contract's `vault_access`. Who has no work number is told by the account.
SELECT access_id, coalesce(staff_id, account) AS reader_id, object_id AS ticket_no, read_at, is_allowed, purpose
FROM vault_access
