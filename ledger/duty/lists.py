"""Lists by post (清单): what power a post holds, its risks and their control; versioned, approved, reviewed yearly.

A list in force is never edited; the next version is drafted from it and, once approved, retires it. This module must
not know how a list is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import accounts, fields, flow
from ledger.moves import Case, Machine, unless
from ledger.schema import DutyItem, DutyList, new_id, now
from ledger.trail import Recorder
from model import policy
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "duty_list.toml")
_ITEM = {"power": "power", "risk": "risk", "risk_level": "risk_level", "control_measure": "control_measure",
         "responsible_post": "responsible_role", "indicator_ids": "indicator_ids"}  # fmt: skip
"""The fields of an item, each with the contract's column."""


def draft(recorder: Recorder, list_kind: str, post: str, unit_id: str) -> DutyList:
    """Begin a list, or the next version of the one in force, whose items it begins with."""
    session = recorder.session
    fields.require("checklist", {"list_kind": list_kind, "role": post}, ("list_kind", "role"))
    policy.require(recorder.actor, "edit_lists", path=accounts.path_of(session, unit_id))
    same = (DutyList.list_kind == list_kind, DutyList.post == post, DutyList.unit_id == unit_id)
    newest = session.scalar(select(func.max(DutyList.version)).where(*same)) or 0
    current = session.scalars(select(DutyList).where(*same, DutyList.state == "in_force")).first()
    found = DutyList(
        list_id=new_id(), list_kind=list_kind, post=post, unit_id=unit_id, version=newest + 1, state="draft",
        revision=1, author=recorder.actor.account, drafted_at=now(),
    )  # fmt: skip
    session.add(found)
    session.flush()
    if current is not None:
        held = [{name: getattr(one, name) for name in _ITEM} for one in items(session, current.list_id)]
        _put(session, found, held)
    recorder.record("edit_lists", "duty_list", found.list_id, unit_id=unit_id)
    return found


def set_items(recorder: Recorder, list_id: str, given: Iterable[Mapping[str, Any]]) -> list[DutyItem]:
    """Put these items in place of a draft's."""
    session = recorder.session
    found = MACHINE.get(session, list_id)
    policy.require(recorder.actor, "edit_lists", path=accounts.path_of(session, found.unit_id))
    if found.state != "draft":
        raise FLOW.refused("not_draft")
    for one in items(session, list_id):
        session.delete(one)
    session.flush()
    _put(session, found, given)
    found.revision += 1
    recorder.record("edit_lists", "duty_list", list_id, unit_id=found.unit_id)
    return items(session, list_id)


def _put(session: Session, found: DutyList, given: Iterable[Mapping[str, Any]]) -> None:
    for position, one in enumerate(given, 1):
        asked = {column: one.get(name) for name, column in _ITEM.items()}
        fields.require("checklist", asked, ("risk",) if found.list_kind == "integrity_risk_control" else ())
        values = {name: one.get(name) for name in _ITEM}
        session.add(DutyItem(item_id=new_id(), list_id=found.list_id, position=position, **values))
    session.flush()


def items(session: Session, list_id: str) -> list[DutyItem]:
    """The items of a list, in order."""
    return list(
        session.scalars(select(DutyItem).where(DutyItem.list_id == list_id).order_by(DutyItem.position))
    )


def listed(session: Session, actor: Actor, state: str | None = "in_force") -> list[DutyList]:
    """The lists that a person may see."""
    query = select(DutyList).where(policy.rows(actor, "see_lists", DutyList.unit_id, accounts.below))
    if state is not None:
        query = query.where(DutyList.state == state)
    return list(
        session.scalars(query.order_by(DutyList.list_kind, DutyList.post, DutyList.unit_id, DutyList.version))
    )


def due_for_review(lists: Iterable[DutyList], today: date) -> list[DutyList]:
    """Of lists in force, those whose yearly review is due or soon will be."""
    declared = FLOW.rest["review"]
    from_on = timedelta(days=declared["every_days"] - declared["remind_days_before"])
    return [
        one for one in lists if one.state == "in_force" and (one.reviewed_on or date.min) + from_on <= today
    ]


# --- what moves do ----------------------------------------------------------------------------------------------------


def _has_items(case: Case[DutyList]) -> bool:
    mine = DutyItem.list_id == case.item.list_id
    return bool(case.session.scalar(select(func.count()).select_from(DutyItem).where(mine)))


def _approve(case: Case[DutyList]) -> None:
    item = case.item
    same = (
        DutyList.list_kind == item.list_kind,
        DutyList.post == item.post,
        DutyList.unit_id == item.unit_id,
    )
    before = select(DutyList).where(*same, DutyList.state == "in_force", DutyList.list_id != item.list_id)
    for one in case.session.scalars(before):
        one.state, one.revision = "retired", one.revision + 1
    item.approver = case.actor.account
    item.effective_on = item.reviewed_on = case.now.date()


def _review(case: Case[DutyList]) -> None:
    case.item.reviewed_on = case.now.date()


MACHINE = Machine(
    "duty_list",
    DutyList,
    FLOW,
    {
        "second_person": lambda case: unless(case.item.author != case.actor.account),
        "has_items": lambda case: unless(_has_items(case)),
    },
    {"approve": _approve, "review": _review},
)
