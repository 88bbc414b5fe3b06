"""Rebasing: from which months the limits of a series begin anew, said once for everybody, with the reason.

A series is one indicator of one unit. Entries are only added: what was said is taken back by a second entry, and both
stay. It must not compute limits: model/judgement/rebase.py does.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts
from ledger.schema import Rebase, new_id, now
from ledger.trail import Recorder
from model import policy
from model.indicators import catalogue
from model.policy import Actor, RefusedError

ACTION, KIND = "rebase_trend", "rebase"
LONGEST_REASON = 200


@cache
def _refusals() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_suffix(".toml")
    found: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))["refusal"]
    return found


def _refused(code: str, **values: object) -> RefusedError:
    return RefusedError(code, _refusals()[code], **values)


def begin_anew(recorder: Recorder, indicator_id: str, unit_id: str, month: date, reason: str) -> Rebase:
    """Say that limits of a series begin anew in a month. RefusedError where they do already."""
    _require(recorder, unit_id)
    first = month.replace(day=1)
    if indicator_id not in catalogue().indicators:
        raise _refused("indicator", indicator=indicator_id)
    if first > now().date():
        raise _refused("future")
    held = recorder.session.scalars(select(Rebase).where(Rebase.indicator_id == indicator_id))
    if any((one.unit_id, one.month) == (unit_id, first) for one in standing(held)):
        raise _refused("standing", month=first.isoformat()[:7])
    return _added(recorder, Rebase(indicator_id=indicator_id, unit_id=unit_id, month=first), reason)


def take_back(recorder: Recorder, rebase_id: str, reason: str) -> Rebase:
    """Take back what was said. RefusedError where that was done before."""
    taken = recorder.session.get_one(Rebase, rebase_id)
    _require(recorder, taken.unit_id)
    query = select(Rebase.rebase_id).where(Rebase.takes_back == rebase_id)
    if taken.takes_back or recorder.session.scalar(query):
        raise _refused("gone")
    series = {"indicator_id": taken.indicator_id, "unit_id": taken.unit_id, "month": taken.month}
    return _added(recorder, Rebase(**series, takes_back=rebase_id), reason)


def _require(recorder: Recorder, unit_id: str) -> None:
    policy.require(recorder.actor, ACTION, path=accounts.path_of(recorder.session, unit_id))


def _added(recorder: Recorder, entry: Rebase, reason: str) -> Rebase:
    entry.reason = reason.strip()[:LONGEST_REASON]
    if not entry.reason:
        raise _refused("reason")
    entry.rebase_id, entry.made_at, entry.made_by = new_id(), now(), recorder.actor.account
    recorder.session.add(entry)
    recorder.record(ACTION, KIND, entry.rebase_id, unit_id=entry.unit_id)
    return entry


def entries(session: Session, actor: Actor, indicator_id: str) -> list[Rebase]:
    """All that was said about an indicator in the units that a person sees, the oldest first."""
    query = select(Rebase).where(
        Rebase.indicator_id == indicator_id, policy.rows(actor, "see_units", Rebase.unit_id, accounts.below)
    )
    return list(session.scalars(query.order_by(Rebase.made_at, Rebase.takes_back.is_not(None))))


def standing(said: Iterable[Rebase]) -> list[Rebase]:
    """Of what was said, what was not taken back."""
    held = list(said)
    taken = {one.takes_back for one in held}
    return [one for one in held if one.takes_back is None and one.rebase_id not in taken]
