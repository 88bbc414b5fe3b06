"""Forgetting a person: the key under which their personal columns lie sealed is erased, for a recorded purpose.

The entry is durable before the key is gone, and names the person by number only. What this cannot reach: the inbox, the
source that delivers, and copies of the vault elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from ledger.schema import now
from ledger.storage import Ledger
from model import policy
from model.policy import Actor
from model.subjects import SubjectKeys

ACTION = "erase_subject"


def forget(ledger: Ledger, actor: Actor, place: Path, register: str, number: str, purpose: str) -> bool:
    """Erase the key of one person of a register; False where nothing of them was sealed yet. `place` is the vault."""
    policy.require(actor, ACTION, purpose=purpose)
    if register not in policy.SUBJECTS:
        raise ValueError(f"{register} is no register of persons; expected {' or '.join(policy.SUBJECTS)}")
    with ledger.write(actor) as recorder:
        recorder.record(ACTION, register, number.strip(), purpose=purpose)
    return SubjectKeys(place, may_make=False).erase(f"{register}/{number.strip()}", now())
