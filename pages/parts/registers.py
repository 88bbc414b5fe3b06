"""The registers of duties and programmes, one declaration each: table, columns, what is due, a new entry, who keeps it.

Labels and codes are the record contract's, except where the ledger has more kinds than that. It must not draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from ledger.duty import activities, honours, lists, tasks
from ledger.moves import Machine
from ledger.programme import assessments, initiatives, scenarios
from ledger.schema import Account, now
from model.policy import Actor
from pages.parts import register_parts
from pages.parts.frame import View
from pages.parts.keeping import Book


@dataclass(frozen=True)
class Due:
    """Until when something of an entry must be done: the contract's column of its label, or else words of the page."""

    on: Callable[[Any], date | None]
    column: str = ""
    words: str = ""
    is_near: Callable[[Any, date], bool] = lambda one, today: False
    """Whether it is time to think of it."""


@dataclass(frozen=True)
class Register:
    """One register. `columns` are attributes of its rows, each with the contract's column of its label and codes.

    `details` are those that one entry shows as well, where it has them; `optional` the fields that may be left blank;
    `kinds` names the codes of a column of which the ledger has more than the contract; `attach_action` is what somebody
    must be allowed who adds a file; `handlers` are the accounts that an entry can be given to.
    """

    name: str
    table: str
    key: str
    machine: Machine[Any] | None
    listed: Callable[[Session, Actor], Sequence[Any]]
    columns: Mapping[str, str]
    due: Due | None
    action: str
    fields: tuple[str, ...]
    create: Callable[..., object]
    attach: Callable[..., object] | None = None
    attach_action: str = ""
    part: Callable[[View, Book, Any], None] | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    handlers: Callable[[Session, Actor], Sequence[Account]] | None = None


def _all_lists(session: Session, actor: Actor) -> Sequence[Any]:
    return lists.listed(session, actor, None)


def _is_for_review(one: Any, today: date) -> bool:
    return bool(lists.due_for_review([one], today))


def _same_named(*names: str) -> dict[str, str]:
    """Attributes that are called like the contract's columns."""
    return {name: name for name in names}


DUTIES: dict[str, Register] = {
    "lists": Register(
        "lists", "checklist", "list_id", lists.MACHINE, _all_lists,
        {"kind": "list_kind", "post": "role", "version": "list_version", "reviewed_on": "reviewed_on"},
        Due(lists.review_due_on, words="review_due", is_near=_is_for_review),
        "edit_lists", ("list_kind", "role", "unit_id"),
        lambda recorder, given: lists.draft(recorder, given["list_kind"], given["role"], given["unit_id"]),
        part=register_parts.list_items, kinds={"kind": lists.KINDS, "list_kind": lists.KINDS},
    ),
    "tasks": Register(
        "tasks", "oversight_task", "task_id", tasks.MACHINE, tasks.listed,
        _same_named("task", "task_list", "responsible_party", "handler", "done_on"),
        Due(lambda one: one.due_on if one.state == "open" else None, "due_on"), "assign_task",
        ("task_list", "responsible_party", "unit_id", "task", "due_on", "handler"),
        lambda recorder, given: tasks.assign(recorder, **given), attach=tasks.add_evidence,
        attach_action=tasks.COMPLETING, optional=("handler",), handlers=tasks.handlers,
    ),
    "activities": Register(
        "activities", "activity", "activity_id", activities.MACHINE, activities.listed,
        _same_named("activity_kind", "talk_functions", "done_on"), Due(activities.due_on, words="activity_due"),
        "record_activity",
        ("activity_kind", "unit_id", "planned_on", "staff_id", "host_staff_id", "talk_level", "talk_functions",
         "meeting_kind"),
        lambda recorder, given: activities.plan(recorder, **given),
        details=_same_named("meeting_kind", "planned_on", "staff_id", "host_staff_id", "talk_level", "score",
                            "issue_count", "issue_due_on", "issue_closed_on"),
        optional=("staff_id", "host_staff_id", "talk_level", "talk_functions", "meeting_kind"),
        kinds={"meeting_kind": activities.MEETINGS},
    ),
    "honours": Register(
        "honours", "honour", "honour_id", None, honours.listed,
        _same_named("title", "grantor", "honour_level", "granted_on"), None, "record_honour",
        ("unit_id", "title", "grantor", "honour_level", "granted_on"),
        lambda recorder, given: honours.record(recorder, **given), attach=honours.add_evidence,
        attach_action="record_honour",
    ),
    "initiatives": Register(
        "initiatives", "initiative", "initiative_id", initiatives.MACHINE, initiatives.listed,
        _same_named("title", "framework", "framework_element"), Due(initiatives.due_on, "due_on"), "manage_initiative",
        ("framework", "framework_element", "unit_id", "title", "due_on", "feature", "lead_department", "team"),
        lambda recorder, given: initiatives.start(recorder, **given),
        details=_same_named("feature", "lead_department", "team"), optional=("feature", "lead_department", "team"),
        part=register_parts.milestones,
    ),
    "assessments": Register(
        "assessments", "org_unit", "assessment_id", assessments.MACHINE, assessments.listed, {}, None, "assess_unit",
        ("unit_id",), lambda recorder, given: assessments.begin(recorder, given["unit_id"] or "", now().year),
        attach=assessments.add_evidence, attach_action="assess_unit", part=register_parts.assessment_items,
    ),
}  # fmt: skip
SCENARIOS = Register(
    "scenarios", "scenario", "scenario_id", scenarios.MACHINE, scenarios.listed,
    _same_named("title", "owner_department", "posted_on"), None, "post_scenario",
    ("title", "owner_department", "unit_id", "need"), lambda recorder, given: scenarios.propose(recorder, **given),
    part=register_parts.scenario,
)  # fmt: skip
