"""A register of duties or programmes as pages show it: its table, one entry with its moves and files, a new entry.

What a register is made of is declared in registers.py. It must not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from ledger.flow import Move
from ledger.moves import Machine
from ledger.trail import Recorder
from model import policy
from model.contract import TABLES
from model.indicators import catalogue
from pages.parts import controls, export, forms, keeping, labels, navigation, panels, work_numbers
from pages.parts.frame import View
from pages.parts.keeping import Book, moment
from pages.parts.register_parts import units_of
from pages.parts.registers import Register
from pages.parts.table import Column, figure, mark, table
from pages.parts.words import NONE, Words, beginning

_TEXT_LENGTH = 60
_CHOSEN = {"unit_id": "handling.unit", "handler": "handling.handler", "meeting_kind": "duties.meeting_kind"}
"""Fields that have words of the pages, not the contract's."""


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
            _new(view, book, register)


def _columns(words: Words, register: Register) -> list[Column]:
    named = [Column(name, _label(words, register.table, column)) for name, column in register.columns.items()]
    place = [Column("unit", words.say("handling.unit"))]
    if register.due:
        place.append(Column("due", _due_label(words, register), "figure"))
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
        row[name] = _said(words, register, name, column, one)
    if register.machine:
        label = register.machine.flow.states[one.state]
        row["state"] = mark(keeping.titled(words, label.zh, label.en))
    if register.due:
        row["due"] = _due(view, register, one)
    if not register.columns:
        row["year"] = str(one.year)
    return row


def _due(view: View, register: Register, one: Any) -> dict[str, Any]:
    """Until when, and whether that is past or near; nothing where nothing is to be done."""
    assert register.due
    day, today = register.due.on(one), view.now.date()
    if day is None:
        return figure(NONE, None)
    if day < today:
        return figure(moment(day), day.toordinal(), "overdue", view.words.say("handling.late"))
    under = view.words.say("duties.due_soon") if register.due.is_near(one, today) else ""
    return figure(moment(day), day.toordinal(), "plain", under)


def _due_label(words: Words, register: Register) -> str:
    assert register.due
    said = register.due.words
    return words.say(f"duties.{said}") if said else _label(words, register.table, register.due.column)


def _said(words: Words, register: Register, name: str, column: str, one: Any) -> str:
    """One attribute of an entry as words."""
    value = getattr(one, name)
    if value is None or value == ():
        return NONE
    if isinstance(value, date):
        return moment(value)
    if known := register.kinds.get(name, {}).get(value):
        return keeping.titled(words, known["zh"], known["en"])
    if name in _CHOSEN:
        return str(value)
    parts = value if isinstance(value, tuple) else (value,)
    said = words.say("shared.list_joint").join(
        labels.code_name(words, register.table, column, str(part)) for part in parts
    )
    said = keeping.titled(words, said, said)
    return beginning(said, _TEXT_LENGTH)


def _label(words: Words, table_name: str, column: str) -> str:
    info = _info(words, table_name, column)
    return keeping.titled(words, info["zh"], info["en"])


# --- one entry --------------------------------------------------------------------------------------------------------


def _entry(view: View, book: Book, register: Register, one: Any) -> None:
    words, key = view.words, str(getattr(one, register.key))
    st.button(words.say("handling.back"), on_click=controls.pick, args=("entry", None), type="tertiary")
    st.html(panels.told(_told(view, register, one)))
    if register.part:
        register.part(view, book, one)
    if register.attach:
        if policy.allows(book.actor, register.attach_action):
            keeping.attach_form(book, register.name, key, partial(_attach, register, key))
        else:
            keeping.files(book, register.name, key)
    if register.machine:
        st.html(panels.part(words.say("handling.next")))
        moves(view, book, register.machine, one, key, _handlers(book, register))
    indicator = getattr(one, "indicator_id", None)
    if indicator and navigation.has("trends"):
        unit = getattr(one, "taker_unit_id", None) or one.unit_id
        navigation.link("trends", words.say("scenarios.see_trend"), unit=unit, indicator=indicator)


def _told(view: View, register: Register, one: Any) -> list[tuple[str, str]]:
    """What there is to say of an entry, each with its label."""
    words = view.words
    details = {name: column for name, column in register.details.items() if getattr(one, name) is not None}
    told = [
        (_label(words, register.table, column), _said(words, register, name, column, one))
        for name, column in {**register.columns, **details}.items()
    ]
    if register.due and (day := register.due.on(one)):
        told.append((_due_label(words, register), moment(day)))
    told.append((words.say("handling.unit"), view.unit_name(one.unit_id)))
    if register.machine:
        state = register.machine.flow.states[one.state]
        told.append((words.say("handling.state"), keeping.titled(words, state.zh, state.en)))
    return told


def _attach(register: Register, key: str, name: str, content: bytes) -> Callable[[Recorder], object]:
    assert register.attach
    attach = register.attach
    return lambda recorder: attach(recorder, key, name, content)


def _handlers(book: Book, register: Register) -> Mapping[str, str]:
    """Whom the person can give an entry of a register to."""
    if register.handlers is None or not policy.allows(book.actor, register.action):
        return {}
    ask = register.handlers
    return keeping.people(book, f"handlers_{register.name}", lambda session: ask(session, book.actor))


def moves(
    view: View,
    book: Book,
    machine: Machine[Any],
    one: Any,
    key: str,
    handlers: Mapping[str, str] | None = None,
) -> None:
    """The moves that the person can make with an entry, as forms; `handlers` whom it can be given to."""
    words = view.words
    found = book.read(f"moves_{key}", lambda session: machine.possible(session, book.actor, one))
    found = [_fitting(machine, move, one) for move in found]

    def act(move: str, given: dict[str, Any], seen: int) -> Callable[[Recorder], object]:
        return lambda recorder: machine.act(recorder, key, move, given, revision=seen)

    indicators = {
        name: keeping.titled(words, item.name.zh, item.name.en)
        for name, item in catalogue().indicators.items()
    }
    takes = any("taker_unit_id" in (*move.needs, *move.offers) for move in found)
    takers = units_of(view) if takes else {}
    choices = {"indicator_id": indicators, "taker_unit_id": takers, "handler": handlers or {}}
    keeping.move_form(book, machine.flow, found, key, one.revision, choices, act)


def _fitting(machine: Machine[Any], move: Move, one: Any) -> Move:
    """The move without what it offers only to entries of other kinds."""
    declared = machine.flow.rest.get("field", {})
    kinds = {name: declared[name].get("kinds") for name in move.offers}
    fits = tuple(
        name for name in move.offers if not kinds[name] or getattr(one, f"{machine.kind}_kind") in kinds[name]
    )
    return replace(move, offers=fits)


# --- a new entry ------------------------------------------------------------------------------------------------------


def _new(view: View, book: Book, register: Register) -> None:
    words, place = view.words, f"new_{register.name}"
    key = forms.key_of(place)
    choices: dict[str, Mapping[str, str]] = {"unit_id": units_of(view), "handler": _handlers(book, register)}
    with st.form(key, border=False):
        given: dict[str, Any] = {}
        for name in register.fields:
            info = _info(words, register.table, name)
            if name in register.kinds:
                known = register.kinds[name]
                choices[name] = {
                    one: keeping.titled(words, known[one]["zh"], known[one]["en"]) for one in known
                }
            elif info["codes"]:
                choices[name] = {
                    code: labels.code_name(words, register.table, name, code) for code in info["codes"]
                }
            is_needed = name not in register.optional
            if info["kind"] == "list<string>":
                given[name] = tuple(_several(words, info, key, name, choices[name]))
            else:
                given[name] = keeping.field(book, name, info, key, choices, is_needed)
        is_sent = st.form_submit_button(words.say(f"duties.new_{register.name}"), type="primary")
    if is_sent and work_numbers.are_known(view, book, _staff(register, given)):
        book.send(place, lambda recorder: register.create(recorder, given))


def _staff(register: Register, given: Mapping[str, Any]) -> list[str]:
    """The work numbers among what was filled in."""
    columns = TABLES[register.table].columns
    named = [
        name for name in given if name in columns and columns[name].info["references"] == "staff.staff_id"
    ]
    return [given[name] for name in named if given[name]]


def _info(words: Words, table_name: str, name: str) -> dict[str, Any]:
    """What the contract says of a field; what it does not have, or is chosen by its name, is called so."""
    if name in _CHOSEN:
        said = words.say(_CHOSEN[name])
        return {"zh": said, "en": said, "codes": {}, "kind": "string"}
    return dict(TABLES[table_name].columns[name].info)


def _several(
    words: Words, info: Mapping[str, Any], place: str, name: str, options: Mapping[str, str]
) -> list[str]:
    said = words.say("handling.optional", field=keeping.titled(words, info["zh"], info["en"]))
    return st.multiselect(
        said, list(options), format_func=lambda one: options[one],
        key=keeping.choice_key(words, f"field_{place}_{name}"),
        placeholder=words.say("handling.choose"),
    )  # fmt: skip
