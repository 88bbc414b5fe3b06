"""Do the processes run to standard: each step against its limit, what waits and where, and what will be late.

A record is named by its number where that names nobody. No person is on this page, and no unit is ranked.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import (
    controls,
    frame,
    notices,
    panels,
    pictures,
    running,
    running_ended,
    running_lists,
    running_waiting,
)
from pages.parts.reads import records

VIEWS = {
    "soon": running_waiting.soon,
    "waiting": running_waiting.waiting,
    "orders": running_ended.orders,
    "times": running_ended.times,
    "units": running_lists.units,
}


def show() -> None:
    """Filters, the steps of one process, then one list of what waits, in which order, and where time went."""
    view = frame.open_view(controls.words())
    words, units = view.words, records.units(view.snapshot)
    unit_id = controls.asked_unit(units)
    frame.unit_masthead(view, words.say("standards.title"), records.coverage(view.snapshot, unit_id))
    with st.container(key="filters", horizontal=True):
        controls.choose_unit(words, units)
        run = running.choose(view, unit_id, records.name_of(units, unit_id))
    pictures.breadcrumb(units, unit_id)
    with st.container(key="panel_steps"):
        running.steps(run)
        if said := notices.of_calendar(words, view.snapshot):
            st.html(panels.note(said))
    with st.container(key="views"):
        labels = {name: words.say(f"standards.view_{name}") for name in VIEWS}
        chosen = controls.switch("view", words.say("standards.view"), labels, "soon")
    with st.container(key=f"panel_{chosen}"):
        about = running_lists.about(run, chosen)
        st.html(panels.heading(words.say(f"standards.view_{chosen}"), run.name, run.unit_name, about))
        if not run.is_delivered:
            st.html(panels.note(words.say("shared.not_delivered")))
            return
        with st.spinner(words.say("shared.working")):
            VIEWS[chosen](run, units)
