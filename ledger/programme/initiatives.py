"""Initiatives: the projects of 八大行动, 六个清廉单元 and 五个一, through the four steps of the method.

It must not know how they are shown.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts, fields, flow
from ledger.moves import Broken, Case, Machine, is_past, unless
from ledger.schema import Initiative, new_id
from ledger.trail import Recorder
from model import policy
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "initiative.toml")
KIND = "initiative"
MILESTONES = {
    "set_plan": "plan_set_on",
    "choose_pilot": "pilot_chosen_on",
    "build_standard": "standard_built_on",
    "roll_out": "rolled_out_on",
}
"""The four steps in their order, each with the column of its day."""
_UNITS = ("cadre", "branch", "unit", "agency", "station", "window")


def elements(framework: str) -> tuple[str, ...]:
    """The elements of a framework: the eight actions have their own, the others are about kinds of units."""
    every = fields.column("initiative", "framework_element").info["codes"]
    is_action = framework == "eight_actions"
    return tuple(code for code in every if (code not in _UNITS) == is_action)


def start(
    recorder: Recorder,
    framework: str,
    framework_element: str,
    unit_id: str,
    title: str,
    due_on: date,
    *,
    feature: str | None = None,
    lead_department: str | None = None,
    team: str | None = None,
) -> Initiative:
    """Start an initiative. Of 五个一 all five must be named."""
    given: dict[str, Any] = {
        "framework": framework, "framework_element": framework_element, "unit_id": unit_id, "title": title,
        "due_on": due_on, "feature": feature, "lead_department": lead_department, "team": team,
    }  # fmt: skip
    needed = [name for name in given if given[name] or name not in ("feature", "lead_department", "team")]
    fields.require("initiative", given, given if framework == "five_ones" else needed)
    if framework_element not in elements(framework):
        raise FLOW.refused("element")
    policy.require(recorder.actor, "manage_initiative", path=accounts.path_of(recorder.session, unit_id))
    found = Initiative(**given, initiative_id=new_id(), state="not_started", revision=1)
    recorder.session.add(found)
    recorder.record("manage_initiative", KIND, found.initiative_id, unit_id=unit_id)
    return found


def listed(session: Session, actor: Actor) -> list[Initiative]:
    """The initiatives that a person may see."""
    query = select(Initiative).where(policy.rows(actor, "see_lists", Initiative.unit_id, accounts.below))
    return list(
        session.scalars(query.order_by(Initiative.framework, Initiative.due_on, Initiative.initiative_id))
    )


def due_on(one: Initiative) -> date | None:
    """By when it is to be rolled out; None once it is, or was stopped."""
    is_over = one.rolled_out_on is not None or one.state in ("completed", "stopped")
    return None if is_over else one.due_on


def _in_order(case: Case[Initiative]) -> Broken:
    day = case.given["reached_on"]
    own = MILESTONES[case.move.id]
    before = [getattr(case.item, name) for name in MILESTONES.values() if name != own]
    return unless(is_past(day, case) and all(one is None or one <= day for one in before))


def _reach(case: Case[Initiative]) -> None:
    setattr(case.item, MILESTONES[case.move.id], case.given["reached_on"])


MACHINE = Machine(
    KIND,
    Initiative,
    FLOW,
    {"in_order": _in_order},
    dict.fromkeys(MILESTONES, _reach),
    about_given=("in_order",),
)
