"""Handing out an envelope: only to the discipline role, for a stated purpose, never to somebody of the unit concerned.

That it is handed out, or refused, and why, is in the trail and durable before a byte of it leaves; each is also a row,
which becomes a record of the contract's `vault_access`. This module cannot open an envelope.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts
from ledger.envelopes.envelope import Envelope, Kind
from ledger.schema import Matter, MatterFile, VaultAccess, new_id, now
from ledger.storage import Ledger
from ledger.trail import Recorder
from model import policy, vault
from model.contract import VAULT
from model.policy import Actor, RefusedError

ACTION = "open_vault"


@dataclass(frozen=True)
class _Asked:
    """What is asked for: `unit_id` is the unit that it is about, `is_placed` whether anybody knows which that is."""

    kind: Kind
    object_id: str
    unit_id: str | None
    purpose: str
    is_placed: bool = True


def release_matter(ledger: Ledger, actor: Actor, matter_id: str, purpose: str) -> Envelope:
    """The envelope of what somebody said through the window."""
    with ledger.read() as session:
        found = session.get(Matter, matter_id)
    asked = _Asked("matter", matter_id, found.target_unit_id if found else None, purpose.strip())
    if found is None:
        raise _unknown(ledger, actor, asked)
    return _release(ledger, actor, asked, lambda session: _of_matter(session, matter_id))


def release_ticket(
    ledger: Ledger, actor: Actor, ticket_no: str, about: Sequence[str | None], place: Path, purpose: str
) -> Envelope:
    """The envelope of a ticket's reporter, from the rows that the loader sealed.

    `about`: the unit that it is about; empty where no ticket of this number is published and nobody can tell.
    """
    texts = _of_ticket(place, ticket_no)
    asked = _Asked("ticket", ticket_no, next(iter(about), None), purpose.strip(), bool(about))
    if not texts:
        raise _unknown(ledger, actor, asked)
    return _release(ledger, actor, asked, lambda _: Envelope("ticket", ticket_no, texts))


def _release(ledger: Ledger, actor: Actor, asked: _Asked, take: Callable[[Session], Envelope]) -> Envelope:
    try:
        with ledger.write(actor) as recorder:
            policy.require(actor, ACTION, purpose=asked.purpose)
            if accounts.is_of(recorder.session, actor, asked.unit_id):
                raise policy.declared().refused("own_unit")
            if not asked.is_placed and actor.unit_id is not None:
                raise policy.declared().refused("unplaced")
            _note(recorder, asked, None)
            found = take(recorder.session)
    except RefusedError as refusal:
        with ledger.write(actor) as recorder:
            _note(recorder, asked, refusal.code)
        raise
    return found


def _note(recorder: Recorder, asked: _Asked, refusal: str | None) -> None:
    actor = recorder.actor
    recorder.session.add(
        VaultAccess(
            access_id=new_id(), account=actor.account, staff_id=actor.staff_id, object_kind=asked.kind,
            object_id=asked.object_id, unit_id=asked.unit_id, read_at=now(), is_allowed=refusal is None,
            refusal=refusal, purpose=asked.purpose,
        )
    )  # fmt: skip
    _record(recorder, asked, refusal)


def _record(recorder: Recorder, asked: _Asked, refusal: str | None) -> None:
    content = {} if refusal is None else {"refused": refusal}
    recorder.record(
        ACTION, asked.kind, asked.object_id, unit_id=asked.unit_id, purpose=asked.purpose, **content
    )


def _of_matter(session: Session, matter_id: str) -> Envelope:
    found = session.get_one(Matter, matter_id)
    query = select(MatterFile).where(MatterFile.matter_id == matter_id).order_by(MatterFile.number)
    files = tuple((one.media_type, one.content) for one in session.scalars(query))
    return Envelope("matter", matter_id, (found.content,), files, found.is_sealed)


def _of_ticket(place: Path, ticket_no: str) -> tuple[bytes, ...]:
    """The rows that the loader sealed beside the hash of this ticket's number, the newest file last."""
    wanted = vault.keyed_hash(ticket_no.strip(), vault.hash_key(place))
    files = sorted((place / VAULT.name).glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    entries = (json.loads(line) for path in files for line in path.read_text("ascii").splitlines())
    return tuple(base64.b64decode(one["sealed"]) for one in entries if one["ticket"] == wanted)


def _unknown(ledger: Ledger, actor: Actor, asked: _Asked) -> RefusedError:
    """The refusal of a number under which nothing is sealed, once it is in the trail; no envelope was asked for."""
    refusal = policy.declared().refused("unknown_item", item=asked.object_id)
    with ledger.write(actor) as recorder:
        _record(recorder, asked, refusal.code)
    return refusal
