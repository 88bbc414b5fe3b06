"""Another key pair: what was sealed in the ledger is sealed anew for it, where both private keys are at hand.

All in one transaction, recorded, and proved by opening each with the new key. The loader's files: etl/rotation.py.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ledger.schema import Matter, MatterFile
from ledger.trail import Recorder
from model import policy, vault


def reseal(recorder: Recorder, old: bytes, new: bytes, purpose: str) -> int:
    """Seal everything anew; how many texts and files there were. VaultError, and nothing changed, where one is of a
    third key."""
    policy.require(recorder.actor, "open_vault", purpose=purpose)
    session, count = recorder.session, 0
    of_file = MatterFile.matter_id == Matter.matter_id
    matters = select(Matter.matter_id).where(Matter.is_sealed)
    files = select(MatterFile.matter_id, MatterFile.number).join(Matter, of_file).where(Matter.is_sealed)
    keys: list[tuple[type[Matter] | type[MatterFile], tuple[object, ...]]] = []
    keys += [(Matter, tuple(key)) for key in session.execute(matters)]
    keys += [(MatterFile, tuple(key)) for key in session.execute(files)]
    for model, key in keys:
        one: Any = session.get_one(model, key)
        found = vault.resealed(one.content, old, new)
        if found is not None:
            one.content = found
            count += 1
            session.flush()
        session.expunge(one)
    recorder.record("open_vault", "vault", "rotation", purpose=purpose, resealed=count)
    return count
