"""Where does a unit stand: every indicator of the month on one line, what changed since the last edition, and volumes.

No person, shop or ticket is on this page, and no unit is ranked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from model.indicators import catalogue
from pages.parts import board, controls, frame, judged, monthly, panels, pictures, reporting, strip, volumes
from pages.parts.monthly import Coverage
from pages.parts.reads import indicators, records

MONTHS = 24
VIEWS = ("indicators", "volumes", "children")


def show() -> None:
    """Filters, what this edition brought, then the board, the volumes, or the units below."""
    view = frame.open_view(controls.words())
    words, units = view.words, records.units(view.snapshot)
    unit_id = controls.asked_unit(units)
    coverage, counts = records.coverage(view.snapshot, unit_id), records.volume(view.snapshot, unit_id)
    frame.unit_masthead(view, words.say("overview.title"), coverage)
    newest = monthly.newest(coverage.values())
    with st.container(key="filters", horizontal=True):
        controls.choose_unit(words, units)
        offered = monthly.offered(counts, coverage.values())
        month = controls.choose_month(words, offered, newest or monthly.before(view.now))
        filters = st.container(key="filters_board", horizontal=True)
    unit_name = records.name_of(units, unit_id)
    pictures.outside(words, unit_name, month, offered, newest)
    strip.show(view, unit_id, month)
    with st.container(key="ways", horizontal=True, vertical_alignment="center"):
        with st.container(key="views", width="content"):
            labels = {name: words.say(f"overview.view_{name}") for name in VIEWS}
            chosen = controls.switch("view", words.say("overview.view"), labels, VIEWS[0])
        pictures.breadcrumb(units, unit_id)
        reporting.offer(view, unit_id, month)
    months = monthly.span(month, MONTHS)
    if chosen == "volumes":
        volumes.show(view, unit_id, unit_name, month, months, counts, coverage)
    elif chosen == "children":
        volumes.children(view, unit_id, month, months, coverage)
    else:
        with filters:
            dimension, group = controls.choose_dimension(words), controls.choose_group(words)
        _board(view, unit_id, unit_name, month, dimension, group, coverage)


def _board(
    view: frame.View,
    unit_id: str,
    unit_name: str,
    month: date,
    dimension: str,
    group: controls.Group,
    coverage: Mapping[str, Coverage],
) -> None:
    """The indicators of one dimension or of all, in their groups."""
    words, months = view.words, monthly.span(month, MONTHS)
    items = [one for one in catalogue().indicators.values() if dimension in (controls.ALL, one.dimension)]
    lines = judged.lines(
        items,
        indicators.of_unit(view.snapshot, unit_id, months[0], month),
        indicators.states(view.snapshot),
        indicators.windows(view.snapshot, unit_id, monthly.last_day(month)),
        months,
    )
    with st.container(key="panel_board"):
        board.show(view, judged.order(lines, group), group, (unit_name, words.month(month)))
        st.html(panels.sources(words, unit_name, month, list(coverage.values()), view.now))
