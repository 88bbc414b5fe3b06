"""Whom a warning concerns: named, taken back and seen by the discipline role alone, each time for a recorded purpose.

The officers whom a record names come with the warning itself. Who is concerned neither handles, reviews nor closes, and
does not decide either who else is. This module must not tell anybody whom a warning concerns but through `see`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select

from ledger.disposition import rules
from ledger.disposition.case import FLOW, Case
from ledger.disposition.handling import KIND, MACHINE
from ledger.schema import Concerned, now
from ledger.trail import Recorder
from model import policy

_NOT_AT_WORK = ("raised", "closed", "reopened")
"""States in which nobody handles a warning."""


def name(recorder: Recorder, warning_id: str, staff_ids: Collection[str], purpose: str) -> None:
    """Say whom a warning concerns. A handler who is among them must be replaced first."""
    case = _case(recorder, warning_id, "name_concerned", purpose)
    wanted = _given(staff_ids)
    added = [Concerned(warning_id=warning_id, staff_id=one) for one in wanted if one not in case.concerned]
    recorder.session.add_all(added)
    recorder.session.flush()
    is_at_work = case.item.state not in _NOT_AT_WORK
    if is_at_work and rules.RULES["handler_not_concerned"](replace(case)) is not None:
        raise FLOW.refused("handler_is_concerned")
    recorder.record("name_concerned", KIND, warning_id, unit_id=case.item.unit_id, purpose=purpose)


def take_back(recorder: Recorder, warning_id: str, staff_ids: Collection[str], purpose: str) -> None:
    """Say that a warning does not concern these persons after all; that they were named stays in the trail."""
    case = _case(recorder, warning_id, "name_concerned", purpose)
    for one in _given(staff_ids):
        found = recorder.session.get(Concerned, (warning_id, one))
        if found is None:
            raise FLOW.refused("not_named", staff=one)
        recorder.session.delete(found)
    recorder.record("name_concerned", KIND, warning_id, unit_id=case.item.unit_id, purpose=purpose)


def see(recorder: Recorder, warning_id: str, purpose: str) -> list[str]:
    """Whom a warning concerns; that it was looked at, and why, is kept in the audit trail."""
    case = _case(recorder, warning_id, "see_concerned", purpose)
    recorder.record("see_concerned", KIND, warning_id, unit_id=case.item.unit_id, purpose=purpose)
    query = select(Concerned.staff_id).where(Concerned.warning_id == warning_id).order_by(Concerned.staff_id)
    return list(recorder.session.scalars(query))


def _case(recorder: Recorder, warning_id: str, action: str, purpose: str) -> Case:
    """The warning as it stands. RefusedError where policy forbids it, or it concerns the very person who asks."""
    policy.require(recorder.actor, action, purpose=purpose)
    session, item = recorder.session, MACHINE.get(recorder.session, warning_id)
    found = Case(session, recorder.actor, item, FLOW.moves["reassign"], {"handler": item.handler}, now())
    if found.is_concerned:
        raise FLOW.refused("not_concerned")
    return found


def _given(staff_ids: Collection[str]) -> list[str]:
    """The work numbers that were given, each once. RefusedError where there is none."""
    found = list(dict.fromkeys(one.strip() for one in staff_ids if one.strip()))
    if not found:
        said = FLOW.rest["field"]["staff_id"]
        raise FLOW.refused("needed", field=said["zh"], field_en=said["en"])
    return found
