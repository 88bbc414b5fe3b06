"""What do people complain of, through which door, how fast and how well is it answered, and does it come back?

Counts only, small ones of conduct not told: no ticket, no reporter, nobody complained of. Tickets carry no text: what
rose is told of the terms that they do carry.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import (
    controls,
    frame,
    monthly,
    panels,
    pictures,
    ticket_conduct,
    ticket_pictures,
    ticket_rises,
)
from pages.parts.reads import records

VIEWS = {
    "category": ticket_pictures.split,
    "channel": ticket_pictures.split,
    "conduct": ticket_conduct.conduct,
    "satisfaction": ticket_pictures.split,
    "when": ticket_pictures.when,
    "rose": ticket_rises.rose,
    "units": ticket_pictures.units,
}


def show() -> None:
    """Filters, the indicators of complaints, the months, then one cut: by what, through which door, when, where."""
    view = frame.open_view(controls.words())
    words, units = view.words, records.units(view.snapshot)
    unit_id = controls.asked_unit(units)
    coverage = records.coverage(view.snapshot, unit_id)["complaint"]
    frame.unit_masthead(view, words.say("complaints.title"), records.coverage(view.snapshot, unit_id))
    counts = records.volume(view.snapshot, unit_id)
    with st.container(key="filters", horizontal=True):
        controls.choose_unit(words, units)
        offered = monthly.offered(counts, [coverage])
        newest = monthly.newest([coverage]) or monthly.before(view.now)
        month = controls.choose_month(words, offered, newest)
        window = ticket_pictures.choose_window(words)
    pictures.breadcrumb(units, unit_id)
    if not coverage.sources:
        st.html(panels.remark(words.say("overview.no_source_complaint")))
        return
    desk = ticket_pictures.Desk(view, unit_id, records.name_of(units, unit_id), month, window, coverage)
    with st.container(key="panel_board"):
        ticket_pictures.indicators(desk)
    with st.container(key="panel_months"):
        ticket_pictures.months(desk)
    with st.container(key="views"):
        labels = {name: words.say(f"complaints.view_{name}") for name in VIEWS}
        chosen = controls.switch("view", words.say("complaints.view"), labels, "category")
    if chosen == "conduct":
        desk = desk.of_conduct()
    with st.container(key=f"panel_{chosen}"):
        st.html(panels.heading(words.say(f"complaints.view_{chosen}"), desk.unit_name, *desk.clock))
        VIEWS[chosen](desk, chosen, units)
