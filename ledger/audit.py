"""Reading the audit trail: its acts as somebody may see them, one act whole, and whether the chain holds.

Who may only watch the trail is told when, by whom and what kind of act it was, of the acts that policy names, and never
what an act was about. Reading and proving are acts themselves. This module must not change an entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import proof, trail
from ledger.schema import Entry
from ledger.storage import Ledger
from ledger.trail import HASHED, Head, Recorder
from model import policy
from model.policy import Actor

WATCH, SEE, VERIFY = "watch_trail", "see_audit", "verify_trail"
PAGE = 50
"""How many acts are read at once."""


@dataclass(frozen=True)
class Asked:
    """Which acts: those of a stretch of days, one kind of act or of thing, one account, one thing."""

    since: date | None = None
    until: date | None = None
    action: str = ""
    kind: str = ""
    account: str = ""
    item: str = ""

    def told(self) -> dict[str, str]:
        """What is asked for, as the trail keeps it."""
        return {name: str(value) for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Act:
    """One act as somebody may see it. Who only watches has nothing in `item`, `unit_id` and `purpose`."""

    sequence: int
    recorded_at: str
    account: str
    role: str
    action: str
    kind: str
    item: str
    unit_id: str
    purpose: str


@dataclass(frozen=True)
class Whole:
    """An act with all that it says, and whether it is as it was written; the bare text of one that cannot be read."""

    act: Act
    content: Any
    previous_hash: str
    entry_hash: str
    is_whole: bool


@dataclass(frozen=True)
class Verified:
    """A proof of the whole ledger: when, by whom, what it covered, and how much was wrong."""

    recorded_at: str
    account: str
    entries: int
    rows: int
    head: Head
    findings: int


def sees_all(actor: Actor) -> bool:
    """Whether somebody sees what the acts were about, and all of them."""
    return policy.allows(actor, SEE)


def listed(
    session: Session, actor: Actor, asked: Asked, before: int | None = None, limit: int = PAGE
) -> list[Act]:
    """The acts that were asked for, the newest first, and older than `before`. Who asks has noted it by `note`."""
    policy.require(actor, WATCH)
    names = (
        "sequence",
        "recorded_at",
        "account",
        "role",
        "action",
        "object_kind",
        "object_id",
        "unit_id",
        "purpose",
    )
    query = select(*(getattr(Entry, name) for name in names))
    if not sees_all(actor):
        query = query.where(Entry.action.in_(policy.declared().watched))
    elif asked.item:
        query = query.where(Entry.object_id == asked.item)
    for column, value in (
        (Entry.action, asked.action),
        (Entry.object_kind, asked.kind),
        (Entry.account, asked.account),
    ):
        if value:
            query = query.where(column == value)
    if asked.since:
        query = query.where(Entry.recorded_at >= asked.since.isoformat())
    if asked.until and asked.until < date.max:
        query = query.where(Entry.recorded_at < (asked.until + timedelta(days=1)).isoformat())
    if before is not None:
        query = query.where(Entry.sequence < before)
    rows = session.execute(query.order_by(Entry.sequence.desc()).limit(limit))
    return [_seen(actor, Act(*row)) for row in rows]


def _seen(actor: Actor, act: Act) -> Act:
    if sees_all(actor):
        return act
    return Act(act.sequence, act.recorded_at, act.account, act.role, act.action, act.kind, "", "", "")


def note(recorder: Recorder, asked: Asked) -> None:
    """Keep in the trail that somebody reads it, and what they look for."""
    policy.require(recorder.actor, WATCH)
    recorder.record(WATCH, "trail", asked=asked.told())


def whole(recorder: Recorder, sequence: int, purpose: str) -> Whole | None:
    """One act with all that it says, for a purpose: what it says may name persons. That it was opened is kept.

    None where there is no such act.
    """
    policy.require(recorder.actor, SEE, purpose=purpose)
    found = recorder.session.get(Entry, sequence)
    if found is None:
        return None
    recorder.record(SEE, "entry", str(sequence), purpose=purpose)
    values = [getattr(found, name) for name in HASHED]
    act = Act(*values[: HASHED.index("content")])
    return Whole(
        act,
        _content(found.content),
        found.previous_hash,
        found.entry_hash,
        trail.hash_of(values) == found.entry_hash,
    )


def _content(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def head(session: Session, actor: Actor) -> Head:
    """Where the chain ends."""
    policy.require(actor, WATCH)
    return trail.read_head(session)


def verify(ledger: Ledger, actor: Actor, tell: Callable[[int, int], None] | None = None) -> proof.Proof:
    """Prove the whole ledger now, and keep that it was done and what came of it. `tell` hears how far it is.

    What is wrong may name a row, and so a person: who only watches is told how much it is.
    """
    policy.require(actor, WATCH)
    found = proof.verify(ledger, tell=tell)
    with ledger.write(actor) as recorder:
        recorder.record(
            VERIFY,
            "trail",
            entries=found.entries,
            rows_checked=found.rows,
            sequence=found.head.sequence,
            hash=found.head.hash,
            findings=len(found.findings),
        )
    return found


def last_verified(session: Session, actor: Actor) -> Verified | None:
    """The newest proof that somebody asked for; None where nobody ever did."""
    policy.require(actor, WATCH)
    query = select(Entry).where(Entry.action == VERIFY).order_by(Entry.sequence.desc()).limit(1)
    found = session.scalars(query).first()
    if found is None:
        return None
    said = json.loads(found.content)
    return Verified(
        found.recorded_at,
        found.account,
        said["entries"],
        said["rows_checked"],
        Head(said["sequence"], said["hash"]),
        said["findings"],
    )
