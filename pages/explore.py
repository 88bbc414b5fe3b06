"""Any cut of the data without asking anyone: composed by choosing, or typed as one read-only query.

Only the analysis surface is asked, which holds no names. What may be asked, and what it may cost, is the model's.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import controls, dictionary, exploring, frame, panels

VIEWS = {"compose": exploring.compose, "sql": exploring.sql, "dictionary": dictionary.show}


def show() -> None:
    """One of the three ways: compose, SQL, the dictionary."""
    view = frame.open_view(controls.words())
    words = view.words
    frame.sources_masthead(view, words.say("explore.title"))
    with st.container(key="views"):
        labels = {name: words.say(f"explore.view_{name}") for name in VIEWS}
        chosen = controls.switch("view", words.say("explore.view"), labels, "compose")
    VIEWS[chosen](view)
    st.html(panels.note(words.say("explore.surface")))
