"""The parts of the page on handling warnings: counts, lists, one warning with its history and its form, the rules.

Whom a warning concerns stands in concerning.py alone; of everything it is said that it is to be verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from ledger.disposition import handling, outcome, reading
from ledger.disposition.case import FLOW, Given
from ledger.disposition.outcome import Confirmation
from ledger.flow import Label
from ledger.schema import Disposition
from model import policy
from model.indicators import catalogue
from pages.parts import concerning, controls, export, keeping, navigation, panels, warned
from pages.parts.frame import View
from pages.parts.keeping import Book, moment
from pages.parts.reads import warnings
from pages.parts.table import Column, Tone, figure, mark, table
from pages.parts.words import NONE, Words, number, whole_percent


def said(words: Words, label: Label) -> str:
    """A declared name in the language."""
    return words.pick(label.zh, label.en)


def counts(view: View, book: Book) -> str:
    """How many warnings stand in each state."""
    found = book.read("counts", lambda session: reading.counts(session, book.actor))
    parts = [f"{said(view.words, FLOW.states[state])} {number(count)}" for state, count in found.items()]
    return panels.strip(view.words.say("handling.counts"), parts, ())


def open_ones(view: View, book: Book) -> None:
    """What is to be done, the most urgent first."""
    _listed(view, book, reading.OPEN)


def closed_ones(view: View, book: Book) -> None:
    """What was closed."""
    _listed(view, book, ("closed",))


def _listed(view: View, book: Book, states: Sequence[str]) -> None:
    words = view.words
    found = book.read(f"list_{'_'.join(states)}", lambda session: reading.listed(session, book.actor, states))
    if not found:
        st.html(panels.note(words.say("handling.none")))
        return
    names = ("indicator", "unit", "level", "period", "state", "handler", "due")
    kinds = {"indicator": "text", "level": "mark", "period": "mark", "state": "mark", "due": "figure"}
    columns = [Column(name, words.say(f"handling.{name}"), kinds.get(name, "short")) for name in names]  # type: ignore[arg-type]
    table(
        words, "dispositions", words.say("handling.title"), columns, [_row(view, one) for one in found],
        on_pick=lambda key: controls.pick("warning", key),
        export=export.stamped(view, "handling", (words.say("handling.title"),)),
    )  # fmt: skip


def _row(view: View, one: Disposition) -> dict[str, Any]:
    words = view.words
    is_late = _is_late(one, view.now)
    state = said(words, FLOW.states[one.state])
    if one.withdrawn_on:
        state = words.say("handling.withdrawn_mark", state=state)
    due = moment(one.due_at.date()) if one.due_at else NONE
    up = view.unit_name(one.escalated_to_unit_id) if one.state != "closed" else ""
    raised_to = words.say("handling.escalated_to", unit=up) if up else ""
    under = " · ".join(part for part in (words.say("handling.late") if is_late else "", raised_to) if part)
    return {
        "key": one.warning_id,
        "indicator": indicator(words, one.indicator_id),
        "unit": view.unit_name(one.unit_id),
        "level": warned.level_mark(words, one.level),
        "period": warned.period_mark(
            words, {"kind": one.kind, "period_start": one.period_start, "period_end": one.period_end}
        ),
        "state": mark(state, "absent" if one.withdrawn_on else "plain"),
        "handler": one.handler or NONE,
        "due": figure(
            due, one.due_at.timestamp() if one.due_at else None, "overdue" if is_late else "plain", under
        ),
    }


def indicator(words: Words, indicator_id: str) -> str:
    """The name of an indicator; its code where it is no longer declared."""
    found = catalogue().indicators.get(indicator_id)
    return keeping.titled(words, found.name.zh, found.name.en) if found else indicator_id


def _level(words: Words, one: Disposition) -> str:
    return str(warned.level_mark(words, one.level)["text"])


def _is_late(one: Disposition, now: datetime) -> bool:
    return one.due_at is not None and one.due_at < now.replace(tzinfo=None) and one.state != "closed"


# --- one warning ------------------------------------------------------------------------------------------------------


def one(view: View, book: Book, warning_id: str) -> None:
    """One warning: what it says, what became of it, and what this person can do now."""
    words = view.words
    with st.container(key="breadcrumb", horizontal=True):
        st.button(words.say("handling.back"), on_click=controls.pick, args=("warning", None), type="tertiary")
    detail = book.read(f"one_{warning_id}", lambda session: reading.detail(session, book.actor, warning_id))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with st.container(key="panel_warning"):
            _told(view, detail, _rule_so_far(book, detail.item))
        with st.container(key="panel_history"):
            st.html(panels.heading(words.say("handling.history")))
            _history(view, detail)
    with right:
        with st.container(key="panel_move"):
            st.html(panels.heading(words.say("handling.next"), said(words, FLOW.states[detail.item.state])))
            concerning.told_to_whom(book, detail)
            _form(book, detail)
        concerning.show(view, book, detail)
        with st.container(key="panel_files"):
            st.html(panels.heading(words.say("handling.files"), words.say("handling.files_how")))
            _files(book, detail)


def _rule_so_far(book: Book, item: Disposition) -> str:
    """How often the rule that raised a warning proved right, and whether it is to be looked at itself."""
    words = book.words
    rule = (item.indicator_id, item.rule_version, item.kind)
    found = book.read("rules", outcome.confirmations)
    one = next((one for one in found if (one.indicator_id, one.rule_version, one.kind) == rule), None)
    if one is None or one.share is None:
        return words.say(f"handling.state_{one.state if one else 'no_data'}")
    says = words.say("handling.mostly_unfounded") if one.is_mostly_unfounded else ""
    said = words.say("handling.rule_share", share=whole_percent(one.share), count=one.closed)
    return " · ".join(part for part in (said, says) if part)


def _told(view: View, detail: reading.Detail, rule: str) -> None:
    words, item = view.words, detail.item
    unit, raised = (
        view.unit_name(item.unit_id),
        warnings.one(view.snapshot, item.warning_id),
    )
    name, period = indicator(words, item.indicator_id), words.month(item.period_end)
    st.html(panels.heading(name, unit, period, _level(words, item)))
    if raised is not None:
        st.html(panels.remark(warned.sentence(words, raised)))
    elif not item.withdrawn_on:
        st.html(panels.note(words.say("handling.gone")))
    if item.withdrawn_on:
        why = said(words, FLOW.label("withdrawal", item.withdrawn_reason or "not_shown"))
        st.html(panels.note(words.say("handling.withdrawn", day=moment(item.withdrawn_on), reason=why)))
    st.html(panels.told([*_facts(view, detail), (words.say("handling.rule_so_far"), rule)]))
    if navigation.has("warnings") and raised is not None:
        navigation.link(
            "warnings", words.say("handling.see_warning"), unit=item.unit_id, warning=item.warning_id
        )


def _facts(view: View, detail: reading.Detail) -> list[tuple[str, str]]:
    words, item = view.words, detail.item
    due = moment(item.due_at)
    if detail.is_late:
        due = words.say("handling.due_late", due=due)
    found = [
        ("number", item.warning_id),
        ("raised", moment(item.raised_at)),
        ("handler", item.handler or ""),
        ("due", due),
        ("escalated", view.unit_name(item.escalated_to_unit_id)),
        ("verdict", said(words, FLOW.label("verdict", item.verdict)) if item.verdict else ""),
        ("measure", said(words, FLOW.label("measure", item.measure)) if item.measure else ""),
        ("rectify_by", moment(item.rectify_by)),
        ("rectified", moment(item.rectified_at)),
        ("reviewer", item.reviewer or ""),
        ("closed", moment(item.closed_at)),
    ]
    return [(words.say(f"handling.{name}"), text) for name, text in found if text]


def _history(view: View, detail: reading.Detail) -> None:
    words = view.words
    if not detail.steps:
        st.html(panels.note(words.say("handling.no_history")))
        return
    roles = policy.declared().roles
    told = []
    for step in reversed(detail.steps):
        label = FLOW.moves[step.move].label
        what = keeping.titled(words, label.zh, label.en)
        who = words.say("handling.a_person_concerned")
        if step.account:
            who = f"{step.account} · {words.pick(roles[step.role].zh, roles[step.role].en)}"
        text = words.say("handling.step_text", what=what, who=who, text=step.text) if step.text else words.say(
            "handling.step", what=what, who=who
        )  # fmt: skip
        told.append((moment(step.made_at), text))
    st.html(panels.told(told))


def _form(book: Book, detail: reading.Detail) -> None:
    words, item = book.words, detail.item

    def act(move: str, given: dict[str, Any], seen: int) -> Any:
        filled = Given(**given)
        return lambda recorder: handling.act(recorder, item.warning_id, move, filled, revision=seen)

    is_assigning = any("handler" in move.needs for move in detail.moves)
    handlers = {}
    if is_assigning:
        handlers = keeping.people(
            book, f"handlers_{item.warning_id}", lambda session: reading.handlers(session, book.actor, item)
        )
    choices = {"handler": handlers} | {
        table: {code: said(words, FLOW.label(table, code)) for code in FLOW.rest[table]}
        for table in ("verdict", "measure")
    }
    keeping.move_form(book, FLOW, detail.moves, item.warning_id, item.revision, choices, act)


def _files(book: Book, detail: reading.Detail) -> None:
    def act(name: str, content: bytes) -> Any:
        return lambda recorder: handling.attach(recorder, detail.item.warning_id, name, content)

    keeping.attach_form(book, handling.KIND, detail.item.warning_id, act)


# --- the rules --------------------------------------------------------------------------------------------------------


def rules(view: View, book: Book) -> None:
    """How often each rule proved right."""
    words = view.words
    found = sorted(book.read("rules", outcome.confirmations), key=lambda one: -one.closed)
    names = ("indicator", "rule_kind", "version", "closed_count", "founded", "data_problems", "remark")
    kinds = {"closed_count": "number", "founded": "figure", "data_problems": "number", "remark": "mark"}
    columns = [Column(name, words.say(f"handling.{name}"), kinds.get(name, "text")) for name in names]  # type: ignore[arg-type]
    table(
        words,
        "rules",
        words.say("handling.view_rules"),
        columns,
        [_rule(words, one) for one in found],
        export=export.stamped(view, "handling", (words.say("handling.view_rules"),)),
    )


def _rule(words: Words, one: Confirmation) -> dict[str, Any]:
    tone: Tone = "plain" if one.share is not None else "absent"
    text = whole_percent(one.share) if one.share is not None else words.say(f"handling.state_{one.state}")
    remark = (
        mark(words.say("handling.mostly_unfounded"), "attention") if one.is_mostly_unfounded else mark("")
    )
    return {
        "key": f"{one.indicator_id}-{one.rule_version}-{one.kind}",
        "indicator": indicator(words, one.indicator_id),
        "rule_kind": warned.kind_name(words, one.kind),
        "version": one.rule_version,
        "closed_count": one.closed,
        "founded": figure(text, one.share, tone),
        "data_problems": one.data_problems,
        "remark": remark,
    }
