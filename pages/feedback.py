"""What do those say whom we serve: matters to be handled, bad ratings to be put right, codes that rate a visit?

Who spoke and in which words is sealed and not on this page; nothing is shown to the unit that it is about.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import answering, controls, frame, keeping, panels, visitor


def show() -> None:
    """One view at a time, of those that the person may do something in."""
    view = frame.open_view(controls.words())
    words = view.words
    frame.sources_masthead(view, words.say("feedback.title"))
    book = keeping.open_book(words, visitor.present())
    views = answering.views(book.actor)
    with st.container(key="views"):
        labels = {name: words.say(f"feedback.view_{name}") for name in views}
        name = controls.switch(
            "view", words.say("feedback.view"), labels, next(iter(views)), clears=["entry"]
        )
    with st.container(key=f"panel_{name}"):
        st.html(panels.heading(words.say(f"feedback.view_{name}"), words.say(f"feedback.{name}_how")))
        views[name](view, book)
