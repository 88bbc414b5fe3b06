"""Where is there room: the cells and their capacity, who waits, what runs out, and what another capacity would do.

Retailers are counted, never named. The queue is public by its numbers.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import cell_lists, cell_pictures, clocks, controls, frame, panels, pictures
from pages.parts.reads import records

VIEWS = {"cells": cell_lists.cells, "queue": cell_lists.queue, "units": cell_lists.units}


def show() -> None:
    """Filters and totals, the scheme beside history and forecast, what another capacity would do, then the lists."""
    view = frame.open_view(controls.words())
    words, units = view.words, records.units(view.snapshot)
    unit_id = controls.asked_unit(units)
    frame.unit_masthead(view, words.say("cells.title"), records.coverage(view.snapshot, unit_id))
    with st.container(key="filters", horizontal=True):
        controls.choose_unit(words, units)
        market = cell_pictures.choose(view, unit_id, records.name_of(units, unit_id))
    pictures.breadcrumb(units, unit_id)
    if not market.cells:
        is_delivered = clocks.is_delivered(view.clocks.values(), "market_cell")
        st.html(panels.remark(words.say("cells.none" if is_delivered else "shared.not_delivered")))
        return
    cell_pictures.totals(market)
    scheme, months = st.columns([7, 6], gap="small")
    with scheme, st.container(key="panel_map", height="stretch"):
        cell_pictures.scheme(market)
    with months, st.container(key="panel_months", height="stretch"):
        cell_pictures.months(market)
    with st.container(key="panel_trial"):
        cell_pictures.trial(market)
    with st.container(key="views"):
        labels = {name: words.say(f"cells.view_{name}") for name in VIEWS}
        chosen = controls.switch("view", words.say("cells.view"), labels, "cells")
    with st.container(key=f"panel_{chosen}"):
        st.html(panels.heading(words.say(f"cells.view_{chosen}"), market.name, *market.clock))
        VIEWS[chosen](market, units)
