"""What the system does by itself with warnings: it escalates those that are late. It must not decide on any."""

from __future__ import annotations

from datetime import datetime

from ledger.disposition import handling, reading
from ledger.disposition.case import Given
from ledger.storage import Ledger
from model.policy import SYSTEM, Actor, RefusedError


def escalate_late(ledger: Ledger, at: datetime) -> int:
    """Escalate every late warning that was not escalated just now, each in its own transaction; how many there were."""
    with ledger.read() as session:
        late = reading.late(session, at)
    count = 0
    for warning_id in late:
        try:
            with ledger.write(Actor("system", SYSTEM)) as recorder:
                handling.act(recorder, warning_id, "escalate", Given(), at)
        except RefusedError:
            continue
        count += 1
    return count
