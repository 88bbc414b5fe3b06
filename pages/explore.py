"""Any cut of the data without asking anyone: composed by choosing, or typed as one read-only query.

Only the analysis surface is asked, which holds no names. What may be asked, and what it may cost, is the model's.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import controls, dictionary, exploring, frame, panels

VIEWS = {"compose": exploring.compose, "dictionary": dictionary.show}
TYPED = {"sql": exploring.sql}


def show() -> None:
    """One of the ways: compose, SQL for those who see the whole bureau, the dictionary."""
    view = frame.open_view(controls.words())
    words = view.words
    frame.sources_masthead(view, words.say("explore.title"))
    views = VIEWS | TYPED if exploring.may_type() else VIEWS
    with st.container(key="views"):
        labels = {name: words.say(f"explore.view_{name}") for name in views}
        chosen = controls.switch("view", words.say("explore.view"), labels, "compose")
    views[chosen](view)
    st.html(panels.note(words.say("explore.surface" if exploring.may_type() else "explore.surface_below")))
