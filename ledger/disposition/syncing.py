"""What the published snapshot warns of, brought into the ledger: new warnings appear, withdrawn ones are marked.

The same warning has the same id in every snapshot. A warning that has gone is never deleted: somebody may be at work
on it. This module takes rows as they are given and must not open the warehouse; that is ledger/snapshot.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.disposition.case import FLOW
from ledger.schema import Concerned, Disposition, Entry
from ledger.trail import Recorder

_JUDGED = ("level", "period_end", "value", "threshold", "sample_count")
"""What a later snapshot may say otherwise of the same warning, for as long as it is not closed."""


@dataclass(frozen=True)
class Raised:
    """A warning of the snapshot."""

    warning_id: str
    indicator_id: str
    rule_version: str
    unit_id: str
    object_type: str
    kind: str
    level: str
    period_start: date
    period_end: date
    value: float | None = None
    threshold: float | None = None
    sample_count: int | None = None
    concerned: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Synced:
    """How many warnings are new, said otherwise, withdrawn, and back."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    returned: int = 0


def sync(recorder: Recorder, raised: Iterable[Raised], reasons: Mapping[str, str], at: datetime) -> Synced:
    """Bring in all warnings of a snapshot. `reasons` says why a warning was withdrawn, where that is known."""
    session = recorder.session
    held = {item.warning_id: item for item in session.scalars(select(Disposition))}
    named = {(one.warning_id, one.staff_id) for one in session.scalars(select(Concerned))}
    shown, new, changed, returned = set(), 0, 0, 0
    for one in raised:
        shown.add(one.warning_id)
        item = held.get(one.warning_id)
        if item is None:
            _add(recorder, one, at)
            new += 1
            continue
        if item.withdrawn_on is not None:
            item.withdrawn_on = item.withdrawn_reason = None
            returned += 1
        if item.state != "closed":
            late = {staff_id for staff_id in one.concerned if (one.warning_id, staff_id) not in named}
            late -= _taken_back(session, one.warning_id) if late else set()
            _concern(session, one.warning_id, late)
            changed += _update(item, one) or bool(late)
    gone = [item for name, item in held.items() if name not in shown and item.withdrawn_on is None]
    for item in gone:
        reason = reasons.get(item.warning_id, "not_shown")
        item.withdrawn_on = at.date()
        item.withdrawn_reason = reason if reason in FLOW.rest["withdrawal"] else "not_shown"
    found = Synced(new, changed, len(gone), returned)
    if found != Synced():
        recorder.record("sync", "warning", **vars(found))
    return found


def _add(recorder: Recorder, one: Raised, at: datetime) -> None:
    values: dict[str, Any] = {name: value for name, value in vars(one).items() if name != "concerned"}
    recorder.session.add(Disposition(**values, raised_at=at, state="raised", revision=1))
    recorder.session.flush()
    _concern(recorder.session, one.warning_id, one.concerned)


def _concern(session: Session, warning_id: str, staff_ids: Iterable[str]) -> None:
    session.add_all(Concerned(warning_id=warning_id, staff_id=one) for one in sorted(set(staff_ids)))


def _taken_back(session: Session, warning_id: str) -> set[str]:
    """Whom the discipline role took back from a warning: what a record says does not name them again."""
    acts = select(Entry.content).where(Entry.action == "name_concerned", Entry.object_id == warning_id)
    rows = [row for content in session.scalars(acts) for row in json.loads(content).get("rows", ())]
    gone = [key for table, key, values in rows if table == Concerned.__tablename__ and values is None]
    return {str(staff_id) for _, staff_id in map(json.loads, gone)}


def _update(item: Disposition, one: Raised) -> bool:
    is_other = False
    for name in _JUDGED:
        if getattr(item, name) != getattr(one, name):
            setattr(item, name, getattr(one, name))
            is_other = True
    return is_other
