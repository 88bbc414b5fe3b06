"""The tables of the ledger. Importing this package declares them all on `Base.metadata`."""

from ledger.schema.base import Base, moment, new_id, now
from ledger.schema.dispositions import Attachment, Concerned, Content, Disposition, Step
from ledger.schema.duties import Activity, DutyItem, DutyList, Honour, Task
from ledger.schema.people import Account, SignOut, Unit, WorkingDay
from ledger.schema.programmes import Assessment, AssessmentItem, Initiative, Scenario
from ledger.schema.rebases import Rebase
from ledger.schema.trail import Entry
from ledger.schema.vault import VaultAccess
from ledger.schema.window import Matter, MatterFile, Rating, VisitCode

__all__ = [
    "REGISTERS",
    "Account",
    "Activity",
    "Assessment",
    "AssessmentItem",
    "Attachment",
    "Base",
    "Concerned",
    "Content",
    "Disposition",
    "DutyItem",
    "DutyList",
    "Entry",
    "Honour",
    "Initiative",
    "Matter",
    "MatterFile",
    "Rating",
    "Rebase",
    "Scenario",
    "SignOut",
    "Step",
    "Task",
    "Unit",
    "VaultAccess",
    "VisitCode",
    "WorkingDay",
    "moment",
    "new_id",
    "now",
]

REGISTERS: tuple[type[Base], ...] = (Unit, WorkingDay)
"""Tables copied from the published snapshot: the trail holds the digest of each copy."""
