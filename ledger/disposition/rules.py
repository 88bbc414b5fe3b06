"""The rules that a move names in disposition.toml: each says whether it is kept, and the flow says why not.

A rule is a function of the case to None, or to what its refusal's text needs. It must not change anything.
"""

from __future__ import annotations

from datetime import datetime, time

from ledger import accounts, working_days
from ledger.disposition.case import FLOW, Case
from ledger.moves import Broken, Rule, unless
from ledger.schema import Account

HANDLING = "handle_warning"
"""What somebody must be allowed whom a warning is given to."""
DAY_END = time(23, 59, 59)
"""A due date is kept until its day is over."""


def _handler_may_handle(case: Case) -> Broken:
    name = case.given.get("handler") or ""
    return None if accounts.is_able(case.session, case.actor, name, HANDLING) else {"handler": name}


def _unless_concerned(case: Case, account: str | None) -> Broken:
    """That an account is not that of a person whom the warning concerns."""
    found = case.session.get(Account, account or "")
    return unless(found is None or found.staff_id is None or found.staff_id not in case.concerned)


def _measure_fits(case: Case) -> Broken:
    verdict = FLOW.rest["verdict"].get(
        case.given.get("verdict") or "", {"measures": (), "zh": "?", "en": "?"}
    )
    offered, measure = verdict["measures"], case.given.get("measure")
    is_missing = measure is None and bool(verdict.get("needs_measure"))
    if (
        case.given.get("verdict") in FLOW.rest["verdict"]
        and not is_missing
        and (measure is None or measure in offered)
    ):
        return None
    named = [FLOW.label("measure", one) for one in offered]
    return {
        "verdict": verdict["zh"],
        "verdict_en": verdict["en"],
        "measures": "、".join(one.zh for one in named) or "无",
        "measures_en": ", ".join(one.en for one in named) or "none",
    }


def _heard(case: Case) -> Broken:
    return unless(case.number_of_last("state_side") < case.number_of_last("dispose"))


def _not_just_escalated(case: Case) -> Broken:
    days = FLOW.rest["escalation"]["again_after_working_days"]
    if case.item.escalated_at is None:
        return None
    try:
        again = working_days.after(case.session, case.item.escalated_at.date(), days)
    except working_days.OutsideCalendarError:
        return {"days": days}
    return None if case.now >= datetime.combine(again, time.min) else {"days": days}


def _awaits(case: Case) -> bool:
    return case.item.rectify_by is not None and case.item.rectified_at is None


RULES: dict[str, Rule] = {
    "not_withdrawn": lambda case: unless(case.item.withdrawn_on is None),
    "handler_may_handle": _handler_may_handle,
    "handler_not_concerned": lambda case: _unless_concerned(case, case.given.get("handler")),
    "by_handler": lambda case: unless(case.is_handler),
    "not_by_handler": lambda case: unless(not case.is_handler),
    "not_concerned": lambda case: unless(not case.is_concerned),
    "by_concerned": lambda case: unless(case.is_concerned),
    "disposer_not_concerned": lambda case: _unless_concerned(case, case.item.handler),
    "reviewer_not_concerned": lambda case: _unless_concerned(case, case.item.reviewer),
    "measure_fits": _measure_fits,
    "heard": _heard,
    "awaits_rectification": lambda case: unless(_awaits(case)),
    "rectified": lambda case: unless(not _awaits(case)),
    "late": lambda case: unless(case.is_late),
    "not_just_escalated": _not_just_escalated,
}
