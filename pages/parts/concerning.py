"""Whom a warning concerns, on its page: named, taken back and seen by those who may, each time with a purpose.

Nothing of it is drawn before it is asked for, and nothing is kept between two looks. It must not decide who may, nor
who handles: that is the ledger's.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st
from sqlalchemy import select

from ledger.disposition import concerned
from ledger.disposition.reading import Detail
from ledger.schema import Account
from ledger.trail import Recorder
from model import policy
from pages.parts import forms, panels, work_numbers
from pages.parts.frame import View
from pages.parts.keeping import Book

_BETWEEN = re.compile(r"[\s,;，；、]+")


def told_to_whom(book: Book, detail: Detail) -> None:
    """To a person concerned alone: that it concerns them, and what that means."""
    if detail.is_concerned:
        st.html(panels.note(book.words.say("handling.concerns_you")))


def show(view: View, book: Book, detail: Detail) -> None:
    """The panel of those who may see whom a warning concerns; nothing for anybody else."""
    if detail.is_concerned or not policy.allows(book.actor, "see_concerned"):
        return
    words, warning_id = book.words, detail.item.warning_id
    with st.container(key="panel_concerned"):
        st.html(panels.heading(words.say("handling.concerned"), words.say("handling.concerned_how")))
        with st.form(f"concerned_{warning_id}", border=False, enter_to_submit=False):
            purpose = st.text_input(words.say("feedback.purpose"), max_chars=forms.LONGEST_LINE)
            sees = st.form_submit_button(words.say("handling.concerned_see"))
            given = st.text_input(words.say("handling.staff_ids"), max_chars=forms.LONGEST_LINE)
            with st.container(horizontal=True):
                names = st.form_submit_button(words.say("handling.concerned_name"))
                takes = st.form_submit_button(words.say("handling.concerned_take_back"))
        numbers = [one for one in _BETWEEN.split(given) if one]
        if names and work_numbers.are_known(view, book, numbers):
            _write(book, lambda recorder: concerned.name(recorder, warning_id, numbers, purpose))
        if takes:
            _write(book, lambda recorder: concerned.take_back(recorder, warning_id, numbers, purpose))
        if sees:
            _seen(book, warning_id, purpose)


def _write(book: Book, act: Callable[[Recorder], None]) -> None:
    if book.write(act):
        st.html(panels.note(book.words.say("handling.concerned_saved")))


def _seen(book: Book, warning_id: str, purpose: str) -> None:
    """The work numbers, each with the account that it signs in by; the look is in the trail before they are shown."""
    words = book.words

    def look() -> list[tuple[str, str]]:
        with book.ledger.write(book.actor) as recorder:
            numbers = concerned.see(recorder, warning_id, purpose)
            query = select(Account.staff_id, Account.name).where(Account.staff_id.in_(numbers))
            names = {number: name for number, name in recorder.session.execute(query)}  # noqa: C416 - no pairs to mypy
        return [(one, names.get(one) or words.say("handling.no_account")) for one in numbers]

    found = book.attempt(look)
    if found:
        st.html(panels.told(found))
    elif found is not None:
        st.html(panels.note(words.say("handling.concerned_none")))
