"""The registers of duties and programmes as pages show them: each one's table, the moves of an entry, a new entry.

One declaration a register: its flow, its columns, the fields of a new entry and what keeps it. Labels and codes are the
record contract's. It must not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from ledger.duty import activities, honours, lists, tasks
from ledger.moves import Machine
from ledger.programme import assessments, initiatives, scenarios
from ledger.trail import Recorder
from model import policy
from model.contract import TABLES
from model.indicators import catalogue
from model.policy import Actor
from pages.parts import controls, export, keeping, labels, navigation, panels, register_parts
from pages.parts.frame import View
from pages.parts.keeping import Book, moment
from pages.parts.reads import records
from pages.parts.table import Column, figure, mark, table
from pages.parts.words import NONE, Words

_TEXT_LENGTH = 60


@dataclass(frozen=True)
class Register:
    """One register. `columns` are attributes of its rows, each with the contract's column of its label and codes."""

    name: str
    table: str
    key: str
    machine: Machine[Any] | None
    listed: Callable[[Session, Actor], Sequence[Any]]
    columns: Mapping[str, str]
    due: str | None
    action: str
    fields: tuple[str, ...]
    create: Callable[..., object]
    attach: Callable[..., object] | None = None
    part: Callable[[View, Book, Any], None] | None = None


def _all_lists(session: Session, actor: Actor) -> Sequence[Any]:
    return lists.listed(session, actor, None)


DUTIES: dict[str, Register] = {
    "lists": Register(
        "lists", "checklist", "list_id", lists.MACHINE, _all_lists,
        {"list_kind": "list_kind", "post": "role", "version": "list_version", "reviewed_on": "reviewed_on"}, None,
        "edit_lists", ("list_kind", "role", "unit_id"),
        lambda recorder, given: lists.draft(recorder, given["list_kind"], given["role"], given["unit_id"]),
        part=register_parts.list_items,
    ),
    "tasks": Register(
        "tasks", "oversight_task", "task_id", tasks.MACHINE, tasks.listed,
        {"task": "task", "task_list": "task_list", "responsible_party": "responsible_party", "done_on": "done_on"},
        "due_on", "assign_task", ("task_list", "responsible_party", "unit_id", "task", "due_on"),
        lambda recorder, given: tasks.assign(recorder, **given), attach=tasks.add_evidence,
    ),
    "activities": Register(
        "activities", "activity", "activity_id", activities.MACHINE, activities.listed,
        {"activity_kind": "activity_kind", "talk_functions": "talk_functions", "done_on": "done_on"}, "planned_on",
        "record_activity",
        ("activity_kind", "unit_id", "planned_on", "staff_id", "host_staff_id", "talk_level", "talk_functions"),
        lambda recorder, given: activities.plan(recorder, **given),
    ),
    "honours": Register(
        "honours", "honour", "honour_id", None, honours.listed,
        {"title": "title", "grantor": "grantor", "honour_level": "honour_level", "granted_on": "granted_on"}, None,
        "record_honour", ("unit_id", "title", "grantor", "honour_level", "granted_on"),
        lambda recorder, given: honours.record(recorder, **given), attach=honours.add_evidence,
    ),
    "initiatives": Register(
        "initiatives", "initiative", "initiative_id", initiatives.MACHINE, initiatives.listed,
        {"title": "title", "framework": "framework", "framework_element": "framework_element"}, "due_on",
        "manage_initiative",
        ("framework", "framework_element", "unit_id", "title", "due_on", "feature", "lead_department", "team"),
        lambda recorder, given: initiatives.start(recorder, **given),
    ),
    "assessments": Register(
        "assessments", "org_unit", "assessment_id", assessments.MACHINE, assessments.listed, {}, None, "assess_unit",
        ("unit_id",), lambda recorder, given: assessments.begin(recorder, given["unit_id"] or "", date.today().year),
        attach=assessments.add_evidence, part=register_parts.assessment_items,
    ),
}  # fmt: skip
SCENARIOS = Register(
    "scenarios", "scenario", "scenario_id", scenarios.MACHINE, scenarios.listed,
    {"title": "title", "owner_department": "owner_department", "posted_on": "posted_on"}, None, "post_scenario",
    ("title", "owner_department", "unit_id", "need"), lambda recorder, given: scenarios.propose(recorder, **given),
    part=register_parts.scenario,
)  # fmt: skip


def show(view: View, book: Book, register: Register, picked: str | None) -> None:
    """The entry that the URL names, else the table and the form of a new entry."""
    words = view.words
    found = book.read(register.name, lambda session: register.listed(session, book.actor))
    chosen = next((one for one in found if getattr(one, register.key) == picked), None)
    if chosen is not None:
        _entry(view, book, register, chosen)
        return
    if found:
        table(
            words, register.name, words.say(f"duties.view_{register.name}"), _columns(words, register),
            [_row(view, register, one) for one in found], on_pick=lambda key: controls.pick("entry", key),
            export=export.stamped(view, "duties", (words.say(f"duties.view_{register.name}"),)),
        )  # fmt: skip
    else:
        st.html(panels.note(words.say("duties.none")))
    if policy.allows(book.actor, register.action):
        with st.expander(words.say(f"duties.new_{register.name}")):
            _new(view, book, register, len(found))


def _columns(words: Words, register: Register) -> list[Column]:
    named = [Column(name, _label(words, register.table, column)) for name, column in register.columns.items()]
    place = [Column("unit", words.say("handling.unit"))]
    if register.due:
        place.append(Column("due", _label(words, register.table, register.due), "figure"))
    if register.machine:
        place.append(Column("state", words.say("handling.state"), "mark"))
    return (
        [*named, *place]
        if named
        else [place[0], Column("year", words.say("duties.year"), "short"), *place[1:]]
    )


def _row(view: View, register: Register, one: Any) -> dict[str, Any]:
    words = view.words
    row: dict[str, Any] = {
        "key": getattr(one, register.key),
        "unit": view.unit_name(one.unit_id),
    }
    for name, column in register.columns.items():
        row[name] = _said(words, register.table, column, getattr(one, name))
    if register.machine:
        label = register.machine.flow.states[one.state]
        row["state"] = mark(keeping.titled(words, label.zh, label.en))
    if register.due:
        due = getattr(one, register.due)
        is_late = due < view.now.date() and one.state in ("open", "planned", "not_started")
        under = words.say("handling.late") if is_late else ""
        row["due"] = figure(moment(due), due.toordinal(), "overdue" if is_late else "plain", under)
    if not register.columns:
        row["year"] = str(one.year)
    return row


def _said(words: Words, table_name: str, column: str, value: Any) -> str:
    if value is None or value == ():
        return NONE
    if isinstance(value, date):
        return moment(value)
    parts = value if isinstance(value, tuple) else (value,)
    said = words.say("shared.list_joint").join(
        labels.code_name(words, table_name, column, str(one)) for one in parts
    )
    said = keeping.titled(words, said, said)
    return said if len(said) <= _TEXT_LENGTH else f"{said[:_TEXT_LENGTH]}…"


def _label(words: Words, table_name: str, column: str) -> str:
    info = TABLES[table_name].columns[column].info
    return keeping.titled(words, info["zh"], info["en"])


# --- one entry --------------------------------------------------------------------------------------------------------


def _entry(view: View, book: Book, register: Register, one: Any) -> None:
    words, key = view.words, str(getattr(one, register.key))
    st.button(words.say("handling.back"), on_click=controls.pick, args=("entry", None), type="tertiary")
    told = [
        (_label(words, register.table, column), _said(words, register.table, column, getattr(one, name)))
        for name, column in register.columns.items()
    ]
    told.append((words.say("handling.unit"), view.unit_name(one.unit_id)))
    if register.machine:
        state = register.machine.flow.states[one.state]
        told.append((words.say("handling.state"), keeping.titled(words, state.zh, state.en)))
    st.html(panels.told(told))
    if register.part:
        register.part(view, book, one)
    if register.attach and policy.allows(book.actor, register.action):
        keeping.attach_form(book, register.name, key, partial(_attach, register, key))
    if register.machine:
        st.html(panels.part(words.say("handling.next")))
        moves(view, book, register.machine, one, key)
    indicator = getattr(one, "indicator_id", None)
    if indicator and navigation.has("trends"):
        unit = getattr(one, "taker_unit_id", None) or one.unit_id
        navigation.link("trends", words.say("scenarios.see_trend"), unit=unit, indicator=indicator)


def _attach(register: Register, key: str, name: str, content: bytes) -> Callable[[Recorder], object]:
    assert register.attach
    attach = register.attach
    return lambda recorder: attach(recorder, key, name, content)


def moves(view: View, book: Book, machine: Machine[Any], one: Any, key: str) -> None:
    """The moves that the person can make with an entry, as forms."""
    words = view.words
    found = book.read(f"moves_{key}", lambda session: machine.possible(session, book.actor, one))

    def act(move: str, given: dict[str, Any]) -> Callable[[Recorder], object]:
        return lambda recorder: machine.act(recorder, key, move, given, revision=one.revision)

    indicators = {
        name: keeping.titled(words, item.name.zh, item.name.en)
        for name, item in catalogue().indicators.items()
    }
    choices = {"indicator_id": indicators, "taker_unit_id": units_of(view)}
    keeping.move_form(book, machine.flow, found, f"{key}_{one.revision}", choices, act)


def units_of(view: View) -> dict[str, str]:
    """The units that the person answers for, by name."""
    units = records.units(view.snapshot)
    return dict(zip(units["unit_id"], units["name"], strict=True))


# --- a new entry ------------------------------------------------------------------------------------------------------


def _new(view: View, book: Book, register: Register, count: int) -> None:
    words, place = view.words, f"new_{register.name}_{count}"
    choices: dict[str, Mapping[str, str]] = {"unit_id": units_of(view)}
    with st.form(place, border=False):
        given: dict[str, Any] = {}
        for name in register.fields:
            info = _info(words, register.table, name)
            if info["codes"]:
                choices[name] = {
                    code: labels.code_name(words, register.table, name, code) for code in info["codes"]
                }
            if info["kind"] == "list<string>":
                given[name] = tuple(_several(words, info, place, name, choices[name]))
            else:
                given[name] = keeping.field(book, name, info, place, choices, True)
        is_sent = st.form_submit_button(words.say(f"duties.new_{register.name}"), type="primary")
    if is_sent and book.write(lambda recorder: register.create(recorder, given)):
        st.rerun()


def _info(words: Words, table_name: str, name: str) -> dict[str, Any]:
    """What the contract says of a field; a unit is chosen by its name, so it is called so."""
    if name == "unit_id":
        said = words.say("handling.unit")
        return {"zh": said, "en": said, "codes": {}, "kind": "string"}
    return dict(TABLES[table_name].columns[name].info)


def _several(
    words: Words, info: Mapping[str, Any], place: str, name: str, options: Mapping[str, str]
) -> list[str]:
    return st.multiselect(
        keeping.titled(words, info["zh"], info["en"]), list(options), format_func=lambda one: options[one],
        key=f"field_{place}_{name}", placeholder=words.say("handling.choose"),
    )  # fmt: skip
