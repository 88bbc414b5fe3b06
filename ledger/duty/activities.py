"""Activities: talks with their functions, home visits, pledges, trainings, self-checks, meetings: planned and done.

Only that something took place is kept. There is no field for what was said, and none may be added.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts, fields, flow
from ledger.moves import Broken, Case, Machine, unless
from ledger.schema import Activity, new_id
from ledger.trail import Recorder
from model import policy
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "activity.toml")
KIND = "activity"
MEETING = "three_meetings_one_lesson"
MEETINGS: Mapping[str, Mapping[str, Any]] = FLOW.rest["meeting"]
"""三会一课: 支部党员大会, 支部委员会, 党小组会, 党课."""
WITH_PERSON = ("talk", "home_visit", "pledge", "anti_drug_pledge", "training")
_HIGHEST_SCORE = 100


def plan(
    recorder: Recorder,
    activity_kind: str,
    unit_id: str,
    planned_on: date,
    *,
    staff_id: str | None = None,
    host_staff_id: str | None = None,
    talk_level: str | None = None,
    talk_functions: tuple[str, ...] = (),
    meeting_kind: str | None = None,
) -> Activity:
    """Plan an activity; one for each person."""
    given: dict[str, Any] = {
        "activity_kind": activity_kind, "unit_id": unit_id, "planned_on": planned_on, "staff_id": staff_id or None,
        "host_staff_id": host_staff_id or None, "talk_level": talk_level, "talk_functions": talk_functions or None,
    }  # fmt: skip
    fields.require("activity", given, ("activity_kind", "unit_id", "planned_on"))
    has_talk = (talk_level is not None, bool(talk_functions))
    if has_talk != (activity_kind == "talk",) * 2:
        raise FLOW.refused("talk")
    if (bool(meeting_kind), meeting_kind in MEETINGS) != (activity_kind == MEETING,) * 2:
        raise FLOW.refused("meeting")
    if activity_kind in WITH_PERSON and not staff_id:
        raise FLOW.refused("person")
    policy.require(recorder.actor, "record_activity", path=accounts.path_of(recorder.session, unit_id))
    found = Activity(
        **given, meeting_kind=meeting_kind or None, activity_id=new_id(), state="planned", revision=1
    )
    recorder.session.add(found)
    recorder.record("record_activity", KIND, found.activity_id, unit_id=unit_id)
    return found


def listed(session: Session, actor: Actor) -> list[Activity]:
    """The activities that a person may see: those of their units, and those that are about themselves."""
    own = Activity.staff_id == actor.staff_id if actor.staff_id else None
    query = select(Activity).where(
        policy.rows(actor, "see_activities", Activity.unit_id, accounts.below, own)
    )
    return list(
        session.scalars(
            query.order_by(Activity.state != "planned", Activity.planned_on, Activity.activity_id)
        )
    )


def due_on(one: Activity) -> date | None:
    """Until when something is to be done: the day planned for, then the limit of the issues found; None afterwards."""
    if one.state == "planned":
        return one.planned_on
    return one.issue_due_on if one.issue_count and one.issue_closed_on is None else None


def _fits_kind(case: Case[Activity]) -> Broken:
    score, issues = case.given.get("score"), case.given.get("issue_count")
    kind = case.item.activity_kind
    fits = score is None or (kind == "training" and 0 <= score <= _HIGHEST_SCORE)
    return unless(fits and (issues is None or (kind == "self_check" and issues >= 0)))


def _issues_have_limit(case: Case[Activity]) -> Broken:
    limit, done = case.given.get("issue_due_on"), case.given.get("done_on")
    if not case.given.get("issue_count"):
        return unless(limit is None)
    return unless(limit is not None and done is not None and limit >= done)


def _complete(case: Case[Activity]) -> None:
    fields.require_not_future("activity", "done_on", case.given["done_on"], case.now.date())
    for name in ("done_on", "score", "issue_count", "issue_due_on"):
        setattr(case.item, name, case.given.get(name))


def _close_issues(case: Case[Activity]) -> None:
    fields.require_not_future("activity", "issue_closed_on", case.given["issue_closed_on"], case.now.date())
    case.item.issue_closed_on = case.given["issue_closed_on"]


MACHINE = Machine(
    KIND,
    Activity,
    FLOW,
    {
        "fits_kind": _fits_kind,
        "issues_have_limit": _issues_have_limit,
        "has_open_issues": lambda case: unless(
            bool(case.item.issue_count) and case.item.issue_closed_on is None
        ),
        "after_done": lambda case: unless(case.given["issue_closed_on"] >= case.item.done_on),
    },
    {"complete": _complete, "close_issues": _close_issues},
    about_given=("fits_kind", "issues_have_limit", "after_done"),
)
