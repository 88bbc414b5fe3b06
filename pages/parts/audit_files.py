"""A stretch of the audit trail as a file that proves itself, for those who may see it, with the purpose on record.

The file is made once it is asked for; what it ends with is shown beside it, to be noted elsewhere. It must not hold
more of the trail in memory than a page can give away: longer stretches are the command line's.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from ledger import audit, export
from ledger.trail import Head
from pages.parts import forms, panels
from pages.parts.keeping import Book
from pages.parts.words import number

MOST = 50_000
"""Entries of one file: some 50 MB."""
_FIRST, _LAST = "audit_first", "audit_last"
"""Where the stretch is kept: the trail grows while somebody fills the form in."""


def show(book: Book) -> None:
    """The form that makes a file; nothing for those who only see that the chain holds."""
    if not audit.sees_all(book.actor):
        return
    words = book.words
    with st.container(key="panel_file"):
        st.html(panels.heading(words.say("audit.file"), words.say("audit.file_how", most=number(MOST))))
        end = book.read("audit_head", lambda session: audit.head(session, book.actor)).sequence
        st.session_state.setdefault(_FIRST, max(end - MOST + 1, 1))
        st.session_state.setdefault(_LAST, max(end, 1))
        with st.form("audit_file", border=False, enter_to_submit=False):
            left, right, form = st.columns(3)
            first = left.number_input(words.say("audit.first"), min_value=1, step=1, key=_FIRST)
            last = right.number_input(words.say("audit.last_entry"), min_value=1, step=1, key=_LAST)
            kind = form.selectbox(words.say("audit.form"), ("jsonl", "csv"), format_func=str.upper)
            purpose = st.text_input(words.say("feedback.purpose"), max_chars=forms.LONGEST_LINE)
            is_sent = st.form_submit_button(words.say("audit.make"))
        if is_sent:
            _file(book, int(first), int(last), kind, purpose.strip())


def _file(book: Book, first: int, last: int, kind: str, purpose: str) -> None:
    words = book.words
    if not 0 <= last - first < MOST:
        wrong = words.say("audit.stretch", most=number(MOST))
        st.html(panels.message(words.say("handling.refused"), wrong, failing=True))
        return
    name = f"trail-{first}-{last}.{kind}"

    def make() -> tuple[Head | None, bytes]:
        with TemporaryDirectory() as folder:
            target = Path(folder, name)
            try:
                head = export.write(book.ledger, book.actor, target, purpose, first, last)
            except ValueError:
                return None, b""
            return head, target.read_bytes()

    made = book.attempt(make)
    if made is None:
        return
    head, content = made
    if head is None:
        st.html(panels.note(words.say("audit.none")))
        return
    st.html(panels.note(words.say("audit.made", sequence=head.sequence, hash=head.hash)))
    st.download_button(
        words.say("audit.save", name=name), content, name, "application/octet-stream", on_click="ignore"
    )
