"""Is duty done: the lists of each post, tasks, activities, honours, projects and assessments, and what is due?

What was said in a talk is nowhere: only that it took place. No unit is ranked by what it did.
"""

from __future__ import annotations

import streamlit as st

from model import policy
from pages.parts import controls, frame, keeping, panels, registering, registers, visitor


def show() -> None:
    """One register at a time: what stands in it, what can be done with one entry, and a new entry.

    Who sees what is their own alone begins with their tasks.
    """
    view = frame.open_view(controls.words())
    words = view.words
    frame.sources_masthead(view, words.say("duties.title"))
    book = keeping.open_book(words, visitor.present())
    with st.container(key="views"):
        labels = {name: words.say(f"duties.view_{name}") for name in registers.DUTIES}
        first = "tasks" if policy.scope(book.actor).reach == "own" else "lists"
        name = controls.switch("view", words.say("duties.view"), labels, first, clears=["entry"])
    with st.container(key=f"panel_{name}"):
        st.html(panels.heading(words.say(f"duties.view_{name}"), words.say(f"duties.{name}_how")))
        registering.show(view, book, registers.DUTIES[name], controls.picked("entry"))
