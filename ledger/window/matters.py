"""What people say through the window: taken sealed, followed by its receipt, handled by somebody it is not about.

Words, name, telephone and files are sealed for the discipline role before anything is kept; where no key is configured,
who spoke is dropped. The receipt is shown once and kept as a keyed hash. This module must not log anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger import accounts, flow, working_days
from ledger.moves import Case, Machine, unless
from ledger.schema import Matter, MatterFile, new_id, now
from ledger.trail import Recorder
from ledger.window import codes
from model import policy, vault
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "matter.toml")
KIND = "matter"
_END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True)
class Said:
    """What somebody says, open only between the form and the seal."""

    category: str
    text: str
    conduct_code: str | None = None
    target_unit_id: str | None = None
    target_person: str = ""
    name: str = ""
    phone: str = ""
    files: Sequence[tuple[str, str, bytes]] = ()
    """Name, media type and bytes; checked already."""


@dataclass(frozen=True)
class Sealed:
    """The same as it may be kept."""

    category: str
    conduct_code: str | None
    target_unit_id: str | None
    is_anonymous: bool
    content: bytes
    files: tuple[tuple[str, bytes], ...]
    is_sealed: bool


@dataclass(frozen=True)
class Deadlines:
    """Within how many working days a matter is accepted and closed."""

    accept_days: int
    close_days: int


@dataclass(frozen=True)
class Standing:
    """How far a matter is, for the one who holds its receipt."""

    category: str
    state: str
    received_on: date
    accepted_on: date | None
    closed_on: date | None
    due_on: date | None
    answer: str | None


def seal(said: Said, key: bytes | None) -> Sealed:
    """Seal what was said for the holder of the private key. Without a key, who spoke is dropped here."""
    words = {
        "text": said.text,
        "target_person": said.target_person,
        "files": [name for name, *_ in said.files],
    }
    if key is not None:
        words |= {"name": said.name, "phone": said.phone}
    content = json.dumps(words, ensure_ascii=False).encode()

    def closed(given: bytes) -> bytes:
        return given if key is None else vault.seal(given, key)

    return Sealed(
        category=said.category,
        conduct_code=said.conduct_code,
        target_unit_id=said.target_unit_id,
        is_anonymous=key is None or not (said.name or said.phone),
        content=closed(content),
        files=tuple((media_type, closed(given)) for _, media_type, given in said.files),
        is_sealed=key is not None,
    )


def submit(recorder: Recorder, sealed: Sealed, unit_id: str, key: bytes, deadlines: Deadlines) -> str:
    """Take in a matter for a unit to handle; the receipt, which nobody can find out again."""
    policy.require(recorder.actor, "speak_up")
    receipt, at = codes.new(codes.RECEIPT_SIGNS), now()
    found = Matter(
        matter_id=new_id(),
        receipt_hash=codes.hashed("matter", receipt, key),
        category=sealed.category,
        conduct_code=sealed.conduct_code,
        is_anonymous=sealed.is_anonymous,
        target_unit_id=sealed.target_unit_id,
        unit_id=unit_id,
        state="received",
        revision=1,
        received_at=at,
        accept_days=deadlines.accept_days,
        accept_due_at=_due(recorder.session, at, deadlines.accept_days),
        close_days=deadlines.close_days,
        due_at=_due(recorder.session, at, deadlines.close_days),
        content=sealed.content,
        is_sealed=sealed.is_sealed,
    )
    recorder.session.add(found)
    recorder.session.flush()
    recorder.session.add_all(
        MatterFile(matter_id=found.matter_id, number=number, media_type=media_type, content=content)
        for number, (media_type, content) in enumerate(sealed.files, 1)
    )
    recorder.record("speak_up", KIND, found.matter_id, unit_id=unit_id)
    return codes.spaced(receipt)


def _due(session: Session, at: datetime, days: int) -> datetime | None:
    """The end of so many working days; None where the calendar does not reach."""
    try:
        return datetime.combine(working_days.after(session, at.date(), days), _END_OF_DAY)
    except working_days.OutsideCalendarError:
        return None


def set_due(recorder: Recorder) -> int:
    """Give the matters whose due dates lay beyond the calendar those that it reaches now; how many matters."""
    query = select(Matter).where(
        or_(
            Matter.accept_due_at.is_(None) & Matter.accept_days.is_not(None),
            Matter.due_at.is_(None) & Matter.close_days.is_not(None),
        )
    )
    count = 0
    for one in recorder.session.scalars(query.order_by(Matter.matter_id)):
        before = one.accept_due_at, one.due_at
        if one.accept_due_at is None and one.accept_days is not None:
            one.accept_due_at = _due(recorder.session, one.received_at, one.accept_days)
        if one.due_at is None and one.close_days is not None:
            one.due_at = _due(recorder.session, one.received_at, one.close_days)
        count += before != (one.accept_due_at, one.due_at)
    if count:
        recorder.record("sync", KIND, due_dates=count)
    return count


def follow(session: Session, receipt: str, key: bytes) -> Standing | None:
    """How far a matter is; None for a receipt that was never given."""
    query = select(Matter).where(Matter.receipt_hash == codes.hashed("matter", receipt, key))
    found = session.scalars(query).first()
    if found is None:
        return None
    return Standing(
        found.category,
        found.state,
        found.received_at.date(),
        found.accepted_at.date() if found.accepted_at else None,
        found.closed_at.date() if found.closed_at else None,
        found.due_at.date() if found.due_at else None,
        found.answer,
    )


def listed(session: Session, actor: Actor) -> list[Matter]:
    """The matters that somebody may handle, the open and most urgent first. What is about one's own unit, or one above
    it, is not among them: nothing of a matter goes to those whom it is about."""
    query = select(Matter).where(policy.rows(actor, "handle_matter", Matter.unit_id, accounts.below))
    order = Matter.state == "closed", Matter.due_at.is_(None), Matter.due_at, Matter.matter_id
    found = session.scalars(query.order_by(*order))
    return [one for one in found if not accounts.is_of(session, actor, one.target_unit_id)]


def _accept(case: Case[Matter]) -> None:
    case.item.accepted_at = case.now


def _close(case: Case[Matter]) -> None:
    case.item.closed_at, case.item.answer = case.now, str(case.given["answer"]).strip()


MACHINE = Machine(
    KIND,
    Matter,
    FLOW,
    {
        "other_unit": lambda case: unless(
            not accounts.is_of(case.session, case.actor, case.item.target_unit_id)
        )
    },
    {"accept": _accept, "close": _close},
)
