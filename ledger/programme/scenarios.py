"""Posted problems (揭榜领题): posted by a department, taken up by an office, launched in declared steps.

Each names its data, model and presentation, and the indicator that shall move. Whether it moved is measured elsewhere;
this module must not compute it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import false, select, true
from sqlalchemy.orm import Session

from ledger import accounts, fields, flow
from ledger.moves import Broken, Case, Machine, unless
from ledger.programme.steps import Step, steps
from ledger.schema import Scenario, new_id, now
from ledger.trail import Recorder
from model import policy
from model.indicators import catalogue
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "scenario.toml")
KIND = "scenario"
_OFFERED = ("data_items", "model", "presentation", "indicator_id", "score")
_HIGHEST_SCORE = 100


def propose(recorder: Recorder, title: str, owner_department: str, unit_id: str, need: str) -> Scenario:
    """Propose a problem; it is collected until it is posted."""
    given: dict[str, Any] = {"title": title, "owner_department": owner_department, "need": need}
    fields.require("scenario", given, given)
    fields.require_unit(unit_id)
    policy.require(recorder.actor, "post_scenario", path=accounts.path_of(recorder.session, unit_id))
    found = Scenario(
        **given,
        unit_id=unit_id,
        scenario_id=new_id(),
        state="collecting",
        revision=1,
        step=1,
        posted_on=now().date(),
    )
    recorder.session.add(found)
    recorder.record("post_scenario", KIND, found.scenario_id, unit_id=unit_id)
    return found


def listed(session: Session, actor: Actor) -> list[Scenario]:
    """All posted problems: whoever may see any may see all, so that offices can take them up."""
    shown = true() if policy.allows(actor, "see_scenarios") else false()
    return list(
        session.scalars(
            select(Scenario).where(shown).order_by(Scenario.posted_on.desc(), Scenario.scenario_id)
        )
    )


class _Case(Case[Scenario]):
    @property
    def is_own(self) -> bool:
        """A posted problem is open to every unit; the rules say who may go on with it."""
        return self.move.action == "claim_scenario"

    @property
    def is_taker(self) -> bool:
        """Whether the unit that took it up is one that the person answers for."""
        unit_id = self.item.taker_unit_id
        return unit_id is not None and self.reaches(unit_id)

    def reaches(self, unit_id: str) -> bool:
        """Whether a unit is known and one that the person answers for."""
        return policy.scope(self.actor).covers(accounts.path_of(self.session, unit_id))


def step_of(item: Scenario) -> Step:
    """The step at which a scenario is; the last where fewer are declared than when it came there."""
    return steps()[min(item.step, len(steps())) - 1]


def _step_is_done(case: _Case) -> Broken:
    for need in step_of(case.item).needs:
        value = case.given.get(need)
        if not _is_fit(need, getattr(case.item, need) if value in (None, "") else value):
            field = FLOW.rest["field"][need]
            return {"field": field["zh"], "field_en": field["en"]}
    return None


def _is_fit(need: str, value: Any) -> bool:
    if value in (None, ""):
        return False
    if need == "indicator_id":
        return value in catalogue().indicators
    return need != "score" or 0 <= value <= _HIGHEST_SCORE


def _take(case: _Case) -> None:
    item = case.item
    item.taker_unit_id, item.taker_team = case.given["taker_unit_id"], case.given["taker_team"]
    item.taken_on, item.step = case.now.date(), 2


def _advance(case: _Case) -> None:
    item = case.item
    for name in _OFFERED:
        if case.given.get(name) not in (None, ""):
            setattr(item, name, case.given[name])
    item.step += 1
    item.state = step_of(item).state
    if item.state == "landed" and item.launched_on is None:
        item.launched_on = case.now.date()


def _give_back(case: _Case) -> None:
    case.item.taker_unit_id = case.item.taker_team = case.item.taken_on = None
    case.item.step = 1


def _taker_in_reach(case: _Case) -> Broken:
    return unless(case.reaches(str(case.given.get("taker_unit_id"))))


MACHINE = Machine(
    KIND,
    Scenario,
    FLOW,
    {
        "taker_in_reach": _taker_in_reach,
        "by_taker": lambda case: unless(case.is_taker),
        "step_is_done": _step_is_done,
        "steps_are_done": lambda case: unless(case.item.step >= len(steps())),
        "has_next_step": lambda case: unless(case.item.step < len(steps())),
    },
    {"take": _take, "advance": _advance, "give_back": _give_back},
    case=_Case,
    about_given=("taker_in_reach", "step_is_done"),
)
