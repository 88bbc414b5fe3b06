"""What concerns the person who is here: a list of warnings, and one of them with the form to state one's side.

It must not show who handles a warning, nor what others wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ledger import accounts
from ledger.disposition import handling, hearing
from ledger.disposition.case import FLOW, Given
from ledger.disposition.hearing import Hearing
from ledger.schema import Disposition
from pages.parts import controls, disposing, keeping, panels, warned
from pages.parts.keeping import Book, moment
from pages.parts.table import Column, mark, table


def show(book: Book) -> None:
    """The one that the URL names, else all of them."""
    units = book.read("units", accounts.units)
    with st.container(key="panel_own_matters"):
        if picked := controls.picked("warning"):
            _one(
                book,
                book.read(f"hearing_{picked}", lambda session: hearing.one(session, book.actor, picked)),
                units,
            )
        else:
            _listed(book, units)


def _listed(book: Book, units: Mapping[str, str]) -> None:
    words = book.words
    st.html(panels.heading(words.say("own_matters.list"), words.say("own_matters.how")))
    found = book.read("hearings", lambda session: hearing.listed(session, book.actor))
    if not found:
        st.html(panels.note(words.say("own_matters.none")))
        return
    names = ("indicator", "unit", "level", "period", "state")
    kinds = {"level": "mark", "state": "mark"}
    columns = [Column(name, words.say(f"handling.{name}"), kinds.get(name, "text")) for name in names]  # type: ignore[arg-type]
    rows = [{"key": one.warning_id} | _row(book, one, units) for one in found]
    table(words, "own_matters", words.say("own_matters.title"), columns, rows,
          on_pick=lambda key: controls.pick("warning", key))  # fmt: skip


def _row(book: Book, one: Disposition, units: Mapping[str, str]) -> dict[str, Any]:
    words = book.words
    return {
        "indicator": disposing.indicator(words, one.indicator_id),
        "unit": units.get(one.unit_id, one.unit_id),
        "level": warned.level_mark(words, one.level),
        "period": words.month(one.period_end),
        "state": mark(disposing.said(words, FLOW.states[one.state])),
    }


def _one(book: Book, found: Hearing, units: Mapping[str, str]) -> None:
    """What it says, what was decided so far, what the person said, and the form."""
    words, item = book.words, found.item
    st.button(words.say("handling.back"), on_click=controls.pick, args=("warning", None), type="tertiary")
    row = _row(book, item, units)
    st.html(panels.heading(row["indicator"], row["unit"], row["period"], str(row["level"]["text"])))
    st.html(panels.note(words.say("handling.concerns_you")))
    told = [
        ("number", item.warning_id),
        ("raised", moment(item.raised_at)),
        ("state", disposing.said(words, FLOW.states[item.state])),
        ("verdict", disposing.said(words, FLOW.label("verdict", item.verdict)) if item.verdict else ""),
        ("measure", disposing.said(words, FLOW.label("measure", item.measure)) if item.measure else ""),
        ("rectify_by", moment(item.rectify_by)),
    ]
    st.html(panels.told([(words.say(f"handling.{name}"), text) for name, text in told if text]))
    st.html(panels.part(words.say("own_matters.said")))
    if found.said:
        st.html(panels.told([(moment(step.made_at), step.text or "") for step in found.said]))
    else:
        st.html(panels.note(words.say("own_matters.nothing_said")))

    def act(move: str, given: dict[str, Any], _: int) -> Any:
        return lambda recorder: handling.act(recorder, item.warning_id, move, Given(**given))

    keeping.move_form(book, FLOW, found.moves, item.warning_id, item.revision, {}, act)
