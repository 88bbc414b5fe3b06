"""How are warnings handled: what is to be done, by whom, until when; one warning with its history and its next move?

What a person may see and do, the ledger decides; this page shows it. Whom a warning concerns is shown to the discipline
role alone, each time for a purpose.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import controls, disposing, frame, keeping, panels, visitor

VIEWS = {
    "open": disposing.open_ones,
    "closed": disposing.closed_ones,
    "rules": disposing.rules,
}


def show() -> None:
    """One warning where the URL names one; else how many stand where, and one list of them."""
    view = frame.open_view(controls.words())
    words = view.words
    frame.sources_masthead(view, words.say("handling.title"))
    book = keeping.open_book(words, visitor.present())
    if chosen := controls.picked("warning"):
        disposing.one(view, book, chosen)
        return
    st.html(disposing.counts(view, book))
    with st.container(key="views"):
        labels = {name: words.say(f"handling.view_{name}") for name in VIEWS}
        name = controls.switch("view", words.say("handling.view"), labels, "open")
    with st.container(key=f"panel_{name}"):
        st.html(panels.heading(words.say(f"handling.view_{name}"), words.say(f"handling.{name}_how")))
        VIEWS[name](view, book)
