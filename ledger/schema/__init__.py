"""The tables of the ledger. Importing this package declares them all on `Base.metadata`."""

from ledger.schema.base import Base, new_id, now
from ledger.schema.dispositions import Attachment, Concerned, Content, Disposition, Step
from ledger.schema.people import Account, Unit, WorkingDay
from ledger.schema.trail import Entry

__all__ = [
    "REGISTERS",
    "Account",
    "Attachment",
    "Base",
    "Concerned",
    "Content",
    "Disposition",
    "Entry",
    "Step",
    "Unit",
    "WorkingDay",
    "new_id",
    "now",
]

REGISTERS: tuple[type[Base], ...] = (Unit, WorkingDay)
"""Tables copied from the published snapshot: the trail holds the digest of each copy."""
