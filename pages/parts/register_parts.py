"""What some entries of the registers have beside their moves: the items of a list, the elements of an assessment, the
steps of a posted problem.

It must not decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from ledger.duty import lists, tasks
from ledger.programme import assessments, initiatives, scenarios
from ledger.programme.steps import steps
from model import policy
from model.contract import TABLES
from model.indicators import catalogue
from pages.parts import export, forms, keeping, labels, launching, panels
from pages.parts.frame import View
from pages.parts.keeping import Book
from pages.parts.reads import records
from pages.parts.table import Column, table
from pages.parts.words import NONE, Words


def list_items(view: View, book: Book, one: Any) -> None:
    """The items of a list: of a draft they can be edited, else they are read."""
    words = view.words
    held = book.read(f"items_{one.list_id}", lambda session: lists.items(session, one.list_id))
    gone = book.read(f"left_out_{one.list_id}", lambda session: lists.left_out(session, one))
    if gone:
        named = [" · ".join(filter(None, (item.power, item.risk))) or NONE for item in gone]
        st.html(panels.message(words.say("duties.left_out", count=len(gone)), *named))
    columns = TABLES["checklist"].columns
    names = {
        name: keeping.titled(words, columns[column].info["zh"], columns[column].info["en"])
        for name, column in lists.ITEM.items()
    }
    rows = pd.DataFrame(
        [{name: _plain(getattr(item, name)) for name in lists.ITEM} for item in held],
        columns=list(lists.ITEM),
        dtype="object",
    )
    if one.state != "draft" or not policy.allows(book.actor, "edit_lists"):
        for column in ("risk_level", "responsible_post"):
            rows[column] = [_code(words, lists.ITEM[column], value) for value in rows[column]]
        _read_items(view, one, names, rows)
        if one.task_list and one.state == "in_force":
            _carried_out(view, book, one, {item.item_id: item.power or item.risk or NONE for item in held})
        return
    shown = {name: st.column_config.TextColumn(label, width="medium") for name, label in names.items()}
    for name in ("risk_level", "responsible_post"):
        codes = columns[lists.ITEM[name]].info["codes"]
        shown[name] = st.column_config.SelectboxColumn(
            names[name], options=list(codes), format_func=partial(_code, words, lists.ITEM[name])
        )
    place = f"items_{one.list_id}"
    with st.form(forms.key_of(place), border=False):
        edited = st.data_editor(
            rows, column_config=shown, num_rows="dynamic", hide_index=True, width="stretch"
        )
        is_sent = st.form_submit_button(words.say("duties.save_items"))
    if is_sent:
        given = [_item(row) for row in edited.to_dict("records")]
        seen = forms.seen(place, one.revision)
        book.send(place, lambda recorder: lists.set_items(recorder, one.list_id, given, seen))
    forms.show(place, one.revision)


def _read_items(view: View, one: Any, names: Mapping[str, str], rows: pd.DataFrame) -> None:
    """The items to be read, on a phone one below the other."""
    words = view.words
    said = words.say("duties.view_lists")
    columns = [Column(name, label) for name, label in names.items()]
    told = [
        {"key": str(number)} | {name: row[name] or NONE for name in names}
        for number, row in enumerate(rows.to_dict("records"))
    ]
    table(
        words,
        "items",
        said,
        columns,
        told,
        export=export.stamped(
            view,
            "duties",
            (
                said,
                keeping.titled(words, lists.KINDS[one.kind]["zh"], lists.KINDS[one.kind]["en"]),
                f"v{one.version}",
            ),
        ),
    )


def _carried_out(view: View, book: Book, one: Any, named: Mapping[str, str]) -> None:
    """What became of the items of a list of responsibilities: the tasks that were set from them, and a new one."""
    words = view.words
    mine = [
        task
        for task in book.read("tasks", lambda session: tasks.listed(session, book.actor))
        if task.item_id in named
    ]
    if mine:
        told = []
        for task in mine:
            state = tasks.FLOW.states[task.state]
            told.append((task.task, f"{keeping.moment(task.due_on)} · {words.pick(state.zh, state.en)}"))
        st.html(panels.told(told))
    if not policy.allows(book.actor, "assign_task"):
        return
    columns = TABLES["oversight_task"].columns
    parties = {code: labels.code_name(words, "oversight_task", "responsible_party", code)
               for code in tasks.parties(one.task_list)}  # fmt: skip
    people = keeping.people(book, "handlers_tasks", lambda session: tasks.handlers(session, book.actor))
    choices = {"item": named, "responsible_party": parties, "unit_id": units_of(view), "handler": people}
    asked = {
        "item": _named(words, "item"),
        "responsible_party": columns["responsible_party"].info,
        "unit_id": {"zh": words.say("handling.unit"), "en": words.say("handling.unit")},
        "due_on": columns["due_on"].info,
        "handler": {"zh": words.say("handling.handler"), "en": words.say("handling.handler")},
    }
    place = f"task_{one.list_id}"
    key = forms.key_of(place)
    with st.expander(words.say("duties.set_from_item")), st.form(key, border=False):
        given = {
            name: keeping.field(book, name, label, key, choices, name != "handler")
            for name, label in asked.items()
        }
        is_sent = st.form_submit_button(words.say("duties.new_tasks"), type="primary")
    if is_sent:
        book.send(place, lambda recorder: tasks.assign(
            recorder, one.task_list, given["responsible_party"], given["unit_id"], named.get(given["item"], ""),
            given["due_on"], given["item"], given["handler"],
        ))  # fmt: skip


def units_of(view: View) -> dict[str, str]:
    """The units that the person answers for, by name."""
    units = records.units(view.snapshot)
    return dict(zip(units["unit_id"], units["name"], strict=True))


def _plain(value: Any) -> str | None:
    return ";".join(value) if isinstance(value, tuple) else value


def _item(row: dict[Any, Any]) -> dict[str, Any]:
    found = {str(name): None if pd.isna(value) or value == "" else value for name, value in row.items()}
    written = str(found["indicator_ids"] or "").replace("；", ";").replace("、", ";")
    return found | {
        "indicator_ids": tuple(part.strip() for part in written.split(";") if part.strip()) or None
    }


def _code(words: Words, column: str, value: Any) -> str:
    return labels.code_name(words, "checklist", column, str(value)) if value else NONE


def milestones(view: View, book: Book, one: Any) -> None:
    """The four steps of the method, each with the day on which it was reached."""
    words, columns = view.words, TABLES["initiative"].columns
    told = []
    for name in initiatives.MILESTONES.values():
        info, day = columns[name].info, getattr(one, name)
        label = keeping.titled(words, info["zh"], info["en"])
        told.append((label, keeping.moment(day) or words.say("duties.not_reached")))
    st.html(panels.part(words.say("duties.milestones")))
    st.html(panels.told(told))


def assessment_items(view: View, book: Book, one: Any) -> None:
    """The elements of an assessment, and the form of the one who may score now."""
    words = view.words
    held = book.read(
        f"elements_{one.assessment_id}", lambda session: assessments.items(session, one.assessment_id)
    )
    elements = {name: assessments.FLOW.label("element", name) for name in assessments.ELEMENTS}
    told = []
    for item in held:
        label, declared = elements[item.element], assessments.FLOW.rest["element"][item.element]
        said = words.say(
            "duties.element", own=_points(item.self_score), reviewed=_points(item.review_score),
            most=declared["points"], ground=item.ground or NONE,
        )  # fmt: skip
        if item.remark:
            said = f"{said} {words.say('duties.remark', remark=item.remark)}"
        told.append((keeping.titled(words, label.zh, label.en), said))
    st.html(panels.told(told))
    action = "assess_unit" if one.state == "drafting" else "review_assessment"
    if one.state == "reviewed" or not policy.allows(book.actor, action):
        return
    place = f"score_{one.assessment_id}"
    key = forms.key_of(place)
    with st.form(key, border=False):
        choices = {"element": {name: words.pick(label.zh, label.en) for name, label in elements.items()}}
        asked = {
            name: keeping.field(book, name, _named(words, said), key, choices, True)
            for name, said in _SCORE.items()
        }
        is_sent = st.form_submit_button(words.say("duties.save_score"))
    if is_sent and asked["element"] is not None and asked["score"] is not None:
        given = (asked["element"], int(asked["score"]), asked["text"] or "")
        seen = forms.seen(place, one.revision)
        book.send(place, lambda recorder: assessments.score(recorder, one.assessment_id, *given, seen))
    elif is_sent:
        missing = next(name for name, value in asked.items() if value is None)
        keeping.tell_needed(words, words.say(f"duties.{_SCORE[missing]}"))
    forms.show(place, one.revision)


_SCORE = {"element": "element_name", "score": "score", "text": "ground"}
"""The fields of a score, each with its words."""


def _named(words: Words, name: str) -> dict[str, str]:
    said = words.say(f"duties.{name}")
    return {"zh": said, "en": said}


def _points(value: int | None) -> str:
    return NONE if value is None else str(value)


def scenario(view: View, book: Book, one: Any) -> None:
    """How far a posted problem is: the steps, what was named, and how its indicator moved."""
    words = view.words
    told = []
    for number, step in enumerate(steps(), 1):
        way = "done" if number < one.step else "now" if number == one.step else "later"
        told.append(
            (
                str(number),
                words.say(f"scenarios.step_{way}", step=keeping.titled(words, step.name.zh, step.name.en)),
            )
        )
    st.html(panels.part(words.say("scenarios.steps")))
    st.html(panels.told(told))
    fields = scenarios.FLOW.rest["field"]
    named = {name: getattr(one, name, None) for name in fields}
    named["taker_unit_id"] = view.unit_name(named["taker_unit_id"])
    item = catalogue().indicators.get(str(named["indicator_id"]))
    named["indicator_id"] = item and keeping.titled(words, item.name.zh, item.name.en)
    held = [
        (keeping.titled(words, fields[name]["zh"], fields[name]["en"]), str(value))
        for name, value in named.items()
        if value
    ]
    if held:
        st.html(panels.part(words.say("scenarios.named")))
        st.html(panels.told(held))
    launching.chart(view, book, one)
