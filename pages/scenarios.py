"""Which problems are posted, who took them up, how far are they, and which indicator shall each of them move?

Each scenario names its data, its model and its presentation. Whether its indicator moved is one link away.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import controls, frame, keeping, panels, registering, registers, visitor


def show() -> None:
    """All posted problems, what can be done with one, and a new one."""
    view = frame.open_view(controls.words())
    words = view.words
    frame.sources_masthead(view, words.say("scenarios.title"))
    book = keeping.open_book(words, visitor.present())
    with st.container(key="panel_scenarios"):
        st.html(panels.heading(words.say("scenarios.list"), words.say("scenarios.how")))
        registering.show(view, book, registers.SCENARIOS, controls.picked("entry"))
