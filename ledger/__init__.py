"""The ledger (台账): what people decide and do, kept so that nothing decided can be lost, altered or denied.

Dispositions of warnings, lists, activities, programmes, accounts, and the audit trail that every write is part of. It
imports model only; pages import it, and the loader reads its database as any other source.
"""
