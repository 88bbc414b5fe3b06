"""The staff's side of the public window: matters with their moves, bad ratings with what was done, codes to hand out.

It must not show who spoke, nor words that came sealed, and decides nothing: policy and flow are the ledger's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from ledger.envelopes import release_matter
from ledger.envelopes.envelope import ENDING
from ledger.schema import Matter, Rating
from ledger.window import codes, matters, ratings
from model import policy
from model.contract import TABLES
from model.policy import Actor
from pages.parts import controls, export, forms, keeping, labels, panels, register_parts, registering
from pages.parts.frame import View
from pages.parts.keeping import Book, moment
from pages.parts.table import Column, figure, mark, table
from pages.parts.window import slips
from pages.parts.window.services import guides
from pages.parts.window.visitor import hash_key
from pages.parts.words import NONE, Words

_ISSUED = "issued_codes"
_FEW = 30
Issued = tuple[list[str], str, str, date]
"""Codes that were made: themselves, for which unit and service, and until when."""


def views(actor: Actor) -> Mapping[str, Callable[[View, Book], None]]:
    """What the person may do something in."""
    declared = {"matters": "handle_matter", "ratings": "correct_rating", "codes": "issue_visit_codes"}
    shown = {"matters": show_matters, "ratings": show_ratings, "codes": show_codes}
    return {name: shown[name] for name, action in declared.items() if policy.allows(actor, action)}


# --- what people say --------------------------------------------------------------------------------------------------


def show_matters(view: View, book: Book) -> None:
    """The matters that the person may handle; the one that the URL names with its moves."""
    words, picked = view.words, controls.picked("entry")
    found = book.read("matters", lambda session: matters.listed(session, book.actor))
    chosen = next((one for one in found if one.matter_id == picked), None)
    if chosen is not None:
        _matter(view, book, chosen)
    elif found:
        columns = [
            Column("category", _label(words, "category")),
            Column("conduct", _label(words, "conduct_code")),
            Column("about", words.say("feedback.about")),
            Column("unit", words.say("feedback.handled_by")),
            Column("received", words.say("feedback.received"), "short"),
            Column("due", words.say("feedback.due"), "figure"),
            Column("state", words.say("feedback.state"), "mark"),
        ]
        table(
            words, "matters", words.say("feedback.view_matters"), columns,
            [_matter_row(view, one) for one in found], on_pick=lambda key: controls.pick("entry", key),
            export=export.stamped(view, "feedback", (words.say("feedback.view_matters"),)),
        )  # fmt: skip
    else:
        st.html(panels.note(words.say("feedback.no_matters")))


def _matter_row(view: View, one: Matter) -> dict[str, Any]:
    words = view.words
    due = one.due_at.date() if one.due_at else None
    is_late = due is not None and due < view.now.date() and one.state != "closed"
    return {
        "key": one.matter_id,
        "category": _code(words, "category", one.category),
        "conduct": _code(words, "conduct_code", one.conduct_code),
        "about": _unit(view, one.target_unit_id, words.say("feedback.unsaid")),
        "unit": _unit(view, one.unit_id),
        "received": moment(one.received_at.date()),
        "due": _due(words, due, is_late),
        "state": mark(_state(words, one)),
    }


def _matter(view: View, book: Book, one: Matter) -> None:
    words = view.words
    st.button(words.say("handling.back"), on_click=controls.pick, args=("entry", None), type="tertiary")
    told = [
        (_label(words, "category"), _code(words, "category", one.category)),
        (_label(words, "conduct_code"), _code(words, "conduct_code", one.conduct_code)),
        (words.say("feedback.about"), _unit(view, one.target_unit_id, words.say("feedback.unsaid"))),
        (words.say("feedback.handled_by"), _unit(view, one.unit_id)),
        (
            words.say("feedback.voice"),
            words.say("feedback.anonymous" if one.is_anonymous else "feedback.named"),
        ),
        (words.say("feedback.received"), moment(one.received_at.date())),
        (words.say("feedback.due"), moment(one.due_at.date()) if one.due_at else NONE),
        (words.say("feedback.state"), _state(words, one)),
    ]
    st.html(panels.told(told))
    st.html(panels.note(words.say("feedback.sealed" if one.is_sealed else "feedback.unsealed")))
    if policy.allows(book.actor, "open_vault"):
        _envelope(book, one)
    st.html(panels.part(words.say("handling.next")))
    registering.moves(view, book, matters.MACHINE, one, one.matter_id)


def _envelope(book: Book, one: Matter) -> None:
    """The form that hands the envelope out, sealed: the key never comes here."""
    words = book.words
    st.html(panels.part(words.say("feedback.envelope")))
    with st.form(f"envelope_{one.matter_id}", border=False):
        purpose = st.text_input(words.say("feedback.purpose"), max_chars=forms.LONGEST_LINE)
        is_sent = st.form_submit_button(words.say("feedback.take"))
    if not is_sent:
        return
    found = book.attempt(lambda: release_matter(book.ledger, book.actor, one.matter_id, purpose or ""))
    if found is not None:
        st.html(panels.note(words.say("feedback.taken")))
        st.download_button(
            words.say("feedback.save"), found.packed(), f"{one.matter_id}{ENDING}", "application/octet-stream",
            on_click="ignore",
        )  # fmt: skip


# --- bad ratings ------------------------------------------------------------------------------------------------------


def show_ratings(view: View, book: Book) -> None:
    """The bad ratings that wait, the oldest first; the one that the URL names with its next step."""
    words, picked = view.words, controls.picked("entry")
    found = book.read("ratings", lambda session: [
        (one, ratings.due_on(session, one)) for one in ratings.bad_ones(session, book.actor)
    ])  # fmt: skip
    chosen = next((one for one in found if one[0].rating_id == picked), None)
    if chosen is not None:
        _rating(view, book, *chosen)
    elif found:
        columns = [
            Column("rated", words.say("feedback.rated"), "short"),
            Column("unit", words.say("handling.unit")),
            Column("service", words.say("feedback.service")),
            Column("rating", words.say("feedback.rating"), "mark"),
            *(Column(name, words.say(f"window.{name}"), "id") for name in ratings.ASPECTS),
            Column("due", words.say("feedback.correct_by"), "figure"),
            Column("state", words.say("feedback.state"), "mark"),
        ]
        table(
            words, "ratings", words.say("feedback.view_ratings"), columns,
            [_rating_row(view, *one) for one in found], on_pick=lambda key: controls.pick("entry", key),
            export=export.stamped(view, "feedback", (words.say("feedback.view_ratings"),)),
        )  # fmt: skip
    else:
        st.html(panels.note(words.say("feedback.no_ratings")))


def _rating_row(view: View, one: Rating, due: date | None) -> dict[str, Any]:
    words = view.words
    is_late = due is not None and due < view.now.date() and one.rectified_at is None
    return {
        "key": one.rating_id,
        "rated": moment(one.rated_at.date()),
        "unit": _unit(view, one.unit_id),
        "service": _service(words, one.service),
        "rating": mark(words.say(f"window.rating_{one.rating}"), "attention"),
        **{name: str(getattr(one, name) or NONE) for name in ratings.ASPECTS},
        "due": _due(words, due, is_late),
        "state": mark(words.say(f"feedback.waits_{_step(one)}")),
    }


def _rating(view: View, book: Book, one: Rating, due: date | None) -> None:
    words = view.words
    st.button(words.say("handling.back"), on_click=controls.pick, args=("entry", None), type="tertiary")
    told = [
        (words.say("feedback.rated"), moment(one.rated_at.date())),
        (words.say("handling.unit"), _unit(view, one.unit_id)),
        (words.say("feedback.service"), _service(words, one.service)),
        (words.say("feedback.rating"), words.say(f"window.rating_{one.rating}")),
        *((words.say(f"window.{name}"), str(getattr(one, name) or NONE)) for name in ratings.ASPECTS),
        (words.say("feedback.correct_by"), moment(due) or NONE),
        (words.say("feedback.state"), words.say(f"feedback.waits_{_step(one)}")),
    ]
    st.html(panels.told(told))
    step = _step(one)
    act = partial(ratings.put_right, rating_id=one.rating_id, is_revisited=step == "revisited")
    if st.button(words.say(f"feedback.do_{step}"), type="primary") and book.write(act):
        st.rerun()


def _step(one: Rating) -> str:
    return "rectified" if one.rectified_at is None else "revisited"


# --- codes ------------------------------------------------------------------------------------------------------------


def show_codes(view: View, book: Book) -> None:
    """A form that makes codes for a unit; those just made stand above it until they are cleared."""
    words = view.words
    held: list[Issued] = st.session_state.setdefault(_ISSUED, [])
    for one in held:
        _issued(words, one)
    services = {"": words.say("feedback.any_service")} | {
        one.id: words.pick(one.name.zh, one.name.en) for one in guides().services.values()
    }
    units = register_parts.units_of(view)
    with st.form(forms.key_of(_ISSUED), border=False):
        unit = st.selectbox(
            words.say("handling.unit"), list(units), index=None, format_func=lambda one: units[one],
            placeholder=words.say("handling.choose"),
        )  # fmt: skip
        service = st.selectbox(
            words.say("feedback.service"), list(services), format_func=lambda one: services[one]
        )
        count = st.number_input(words.say("feedback.count"), 1, codes.MOST, _FEW, 1)
        days = st.number_input(words.say("feedback.days"), 1, codes.MOST_DAYS, codes.DAYS, 1)
        is_sent = st.form_submit_button(words.say("feedback.issue"), type="primary")
    if is_sent and unit is not None:
        made: list[str] = []
        done = forms.counting(_ISSUED)
        until = view.now.date() + timedelta(days=int(days))

        def keep() -> None:
            done()
            held[:] = [(made, units[unit], services[service] if service else "", until)]

        if book.write(lambda recorder: made.extend(
            codes.issue(recorder, hash_key(), unit, int(count), service or None, int(days))
        ), keep):  # fmt: skip
            st.rerun()
    elif is_sent:
        keeping.tell_needed(words, words.say("handling.unit"))


def _issued(words: Words, held: Issued) -> None:
    found, unit, service, until = held
    st.html(panels.message(words.say("feedback.view_codes"), words.say("feedback.issued", count=len(found))))
    st.code("\n".join(found), language=None, height=220)
    with st.container(horizontal=True):
        st.download_button(
            words.say("feedback.sheet"), slips.sheet(words, found, unit, service, until), "codes.html", "text/html",
            on_click="ignore",
        )  # fmt: skip
        if st.button(words.say("feedback.clear")):
            del st.session_state[_ISSUED]
            st.rerun()


# --- how things are called --------------------------------------------------------------------------------------------


def _label(words: Words, column: str) -> str:
    info = TABLES["complaint"].columns[column].info
    return keeping.titled(words, info["zh"], info["en"])


def _code(words: Words, column: str, value: str | None) -> str:
    if value is None:
        return NONE
    said = labels.code_name(words, "complaint", column, value)
    return keeping.titled(words, said, said)


def _unit(view: View, unit_id: str | None, otherwise: str = NONE) -> str:
    return view.unit_name(unit_id) if unit_id else otherwise


def _service(words: Words, service: str | None) -> str:
    found = guides().services.get(service or "")
    return words.pick(found.name.zh, found.name.en) if found else NONE


def _state(words: Words, one: Matter) -> str:
    label = matters.FLOW.states[one.state]
    return keeping.titled(words, label.zh, label.en)


def _due(words: Words, due: date | None, is_late: bool) -> dict[str, Any]:
    if due is None:
        return figure(NONE, None, "absent")
    under = words.say("handling.late") if is_late else ""
    return figure(moment(due), due.toordinal(), "overdue" if is_late else "plain", under)
