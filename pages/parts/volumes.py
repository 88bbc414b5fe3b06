"""How much was applied for, inspected and complained about: one panel a kind of record, then the units below.

Counts only. It must not rank units by a count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from pages.parts import controls, monthly, panels, pictures
from pages.parts.frame import View
from pages.parts.kinds import KINDS, MEASURES, kind_of
from pages.parts.monthly import Coverage
from pages.parts.reads import records


def show(
    view: View,
    unit_id: str,
    unit_name: str,
    month: date,
    months: Sequence[date],
    counts: pictures.Counts,
    coverage: Mapping[str, Coverage],
) -> None:
    """One panel a kind of record."""
    for kind in KINDS:
        pictures.kind_panel(view, kind, unit_id, unit_name, month, months, counts, coverage[kind.id])


def children(
    view: View, unit_id: str, month: date, months: Sequence[date], coverage: Mapping[str, Coverage]
) -> None:
    """One count for every unit directly below, all on one scale, in the order of the tree."""
    words, units = view.words, records.units(view.snapshot)
    below = units[units["parent_unit_id"] == unit_id]
    if below.empty:
        st.html(panels.heading(words.say("overview.children"), words.say("overview.children_none")))
        return
    with st.container(key="panel_children"):
        heading = st.container()
        with st.container(key="filters_children", horizontal=True):
            first = monthly.first_with_data(MEASURES, month, lambda one: coverage[kind_of(one).id])
            measure = controls.choose_measure(words, MEASURES, first, pictures.plain_name)
        kind = kind_of(measure)
        counts = records.volume_of_children(view.snapshot, unit_id, measure)
        named = records.sources_of_children(view.snapshot, unit_id, kind.table)
        known = coverage[kind.id].of(measure)
        each = monthly.of_children(below["unit_id"], known, named, counts)
        pictures.children(view, heading, below, month, months, counts, known, each)
