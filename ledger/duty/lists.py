"""Lists by post (清单): what power a post holds, its risks and their control; versioned, approved, reviewed yearly.

A list in force is never edited; the next version is drafted from it and, once approved, retires it. This module must
not know how a list is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from ledger import accounts, fields, flow
from ledger.moves import Case, Machine, has_done, unless
from ledger.schema import DutyItem, DutyList, new_id, now
from ledger.trail import Recorder
from model import policy
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "duty_list.toml")
KIND, DRAFTING = "duty_list", "edit_lists"
ITEM = {"power": "power", "risk": "risk", "risk_level": "risk_level", "control_measure": "control_measure",
         "responsible_post": "responsible_role", "indicator_ids": "indicator_ids"}  # fmt: skip
"""The fields of an item, each with the contract's column."""
KINDS: Mapping[str, Mapping[str, Any]] = FLOW.rest["kind"]
"""The lists that can be drafted: 小微权力, 履职尽责负面, 个人廉洁评议, 廉洁风险防控, both 四责协同, 三张清单."""
RESPONSIBILITIES = tuple(fields.column("oversight_task", "task_list").info["codes"])
"""Those of them whose items become tasks."""


def draft(recorder: Recorder, kind: str | None, post: str | None, unit_id: str) -> DutyList:
    """Begin a list, or the next version of the one in force, whose items it begins with."""
    session = recorder.session
    declared = KINDS.get(kind or "", {})
    given = {"list_kind": declared.get("list_kind"), "role": post}
    fields.require("checklist", given, given)
    if post not in declared.get("posts", (post,)):
        raise FLOW.refused("post", kind=declared["zh"], kind_en=declared["en"])
    policy.require(recorder.actor, DRAFTING, path=accounts.path_of(session, unit_id))
    named = {**given, "task_list": kind if kind in RESPONSIBILITIES else None}
    same = _same(str(named["list_kind"]), named["task_list"], str(post), unit_id)
    newest = session.scalar(select(func.max(DutyList.version)).where(*same)) or 0
    current = session.scalars(select(DutyList).where(*same, DutyList.state == "in_force")).first()
    found = DutyList(
        list_id=new_id(), list_kind=named["list_kind"], task_list=named["task_list"], post=post, unit_id=unit_id,
        version=newest + 1, state="draft", revision=1, author=recorder.actor.account, drafted_at=now(),
    )  # fmt: skip
    session.add(found)
    session.flush()
    if current is not None:
        _put(session, found, [_values(one) for one in items(session, current.list_id)])
    recorder.record(DRAFTING, KIND, found.list_id, unit_id=unit_id)
    return found


def _same(list_kind: str, task_list: str | None, post: str, unit_id: str) -> tuple[ColumnElement[bool], ...]:
    """The versions of one list of one post in one unit."""
    mine = DutyList.task_list == task_list if task_list else DutyList.task_list.is_(None)
    return DutyList.list_kind == list_kind, mine, DutyList.post == post, DutyList.unit_id == unit_id


def set_items(
    recorder: Recorder, list_id: str, given: Iterable[Mapping[str, Any]], revision: int | None = None
) -> list[DutyItem]:
    """Put these items in place of a draft's. `revision` is the one that the person edited; None: whatever it is now."""
    session = recorder.session
    found = MACHINE.get(session, list_id)
    policy.require(recorder.actor, DRAFTING, path=accounts.path_of(session, found.unit_id))
    if found.state != "draft":
        raise FLOW.refused("not_draft")
    if revision is not None and revision != found.revision:
        state = FLOW.states[found.state]
        raise FLOW.refused("changed", state=state.zh, state_en=state.en)
    for one in items(session, list_id):
        session.delete(one)
    session.flush()
    _put(session, found, given)
    found.revision += 1
    recorder.record(DRAFTING, KIND, list_id, unit_id=found.unit_id)
    return items(session, list_id)


def _put(session: Session, found: DutyList, given: Iterable[Mapping[str, Any]]) -> None:
    for position, one in enumerate(given, 1):
        asked = {column: one.get(name) for name, column in ITEM.items()}
        fields.require("checklist", asked, ("risk",) if found.list_kind == "integrity_risk_control" else ())
        values = {name: one.get(name) for name in ITEM}
        session.add(DutyItem(item_id=new_id(), list_id=found.list_id, position=position, **values))
    session.flush()


def items(session: Session, list_id: str) -> list[DutyItem]:
    """The items of a list, in order."""
    return list(
        session.scalars(select(DutyItem).where(DutyItem.list_id == list_id).order_by(DutyItem.position))
    )


def left_out(session: Session, one: DutyList) -> list[DutyItem]:
    """The items of the version in force that a draft does not hold as they are: its approval ends them."""
    if one.state != "draft":
        return []
    current = session.scalars(_others(one).where(DutyList.state == "in_force")).first()
    held = [_values(item) for item in items(session, one.list_id)]
    in_force = items(session, current.list_id) if current else []
    return [item for item in in_force if _values(item) not in held]


def _values(item: DutyItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ITEM}


def listed(session: Session, actor: Actor, state: str | None = "in_force") -> list[DutyList]:
    """The lists that a person may see."""
    query = select(DutyList).where(policy.rows(actor, "see_lists", DutyList.unit_id, accounts.below))
    if state is not None:
        query = query.where(DutyList.state == state)
    return list(
        session.scalars(query.order_by(DutyList.list_kind, DutyList.post, DutyList.unit_id, DutyList.version))
    )


def review_due_on(one: DutyList) -> date | None:
    """By when a list in force must be reviewed; None of any other."""
    if one.state != "in_force" or one.reviewed_on is None:
        return None
    return one.reviewed_on + timedelta(days=FLOW.rest["review"]["every_days"])


def due_for_review(lists: Iterable[DutyList], today: date) -> list[DutyList]:
    """Of lists in force, those whose yearly review is due or soon will be."""
    soon = today + timedelta(days=FLOW.rest["review"]["remind_days_before"])
    return [one for one in lists if (due := review_due_on(one)) is not None and due <= soon]


def item_in_force(session: Session, item_id: str, task_list: str) -> DutyItem:
    """An item of a list of these responsibilities that is in force; RefusedError where it is none."""
    found = session.get(DutyItem, item_id)
    its_list = session.get(DutyList, found.list_id) if found else None
    if found is None or its_list is None or (its_list.task_list, its_list.state) != (task_list, "in_force"):
        raise FLOW.refused("list")
    return found


# --- what moves do ----------------------------------------------------------------------------------------------------


def _has_items(case: Case[DutyList]) -> bool:
    mine = DutyItem.list_id == case.item.list_id
    return bool(case.session.scalar(select(func.count()).select_from(DutyItem).where(mine)))


def _others(item: DutyList) -> Select[DutyList]:
    """The other versions of the same list."""
    same = _same(item.list_kind, item.task_list, item.post, item.unit_id)
    return select(DutyList).where(*same, DutyList.list_id != item.list_id)


def _is_newest(case: Case[DutyList]) -> bool:
    """Whether no later version ever came into force."""
    later = _others(case.item).where(DutyList.version > case.item.version, DutyList.effective_on.is_not(None))
    return case.session.scalars(later.limit(1)).first() is None


def _approve(case: Case[DutyList]) -> None:
    item = case.item
    before = _others(item).where(DutyList.state == "in_force")
    for one in case.session.scalars(before):
        one.state, one.revision = "retired", one.revision + 1
    item.approver = case.actor.account
    item.effective_on = item.reviewed_on = case.now.date()


def _review(case: Case[DutyList]) -> None:
    case.item.reviewed_on = case.now.date()


def _is_drafter(case: Case[DutyList]) -> bool:
    """Whether who asks wrote anything of it: began it, or put items in, as the trail says."""
    return has_done(case.session, case.actor, DRAFTING, KIND, case.item.list_id)


MACHINE = Machine(
    KIND,
    DutyList,
    FLOW,
    {
        "second_person": lambda case: unless(not _is_drafter(case)),
        "has_items": lambda case: unless(_has_items(case)),
        "newest": lambda case: unless(_is_newest(case)),
    },
    {"approve": _approve, "review": _review},
)
