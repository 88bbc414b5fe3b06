"""How much was applied for, inspected and complained about, here and in the units below?

Counts only: no person, shop or ticket is on this page, and no unit is ranked by a count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from pages.parts import controls, frame, monthly, panels, pictures
from pages.parts.kinds import KINDS, MEASURES, kind_of
from pages.parts.monthly import Coverage
from pages.parts.reads import records
from pages.parts.words import number

TREND_MONTHS = 24


def show() -> None:
    """Filters, what this edition brought, one panel a kind of record, then the units below."""
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
    pictures.breadcrumb(words, units, unit_id)
    unit_name = records.name_of(units, unit_id)
    pictures.outside(words, unit_name, month, offered, newest)
    _edition(view)
    shown = monthly.span(month, TREND_MONTHS)
    for kind in KINDS:
        pictures.kind_panel(view, kind, unit_name, month, shown, counts, coverage[kind.id])
    _children(view, unit_id, month, shown, coverage)


def _edition(view: frame.View) -> None:
    """What this edition's batches brought, and what the loader has to say."""
    words, brought = view.words, records.edition(view.snapshot)
    parts = [words.say("overview.edition_none")]
    if brought["batches"]:
        parts = [
            words.say("overview.edition_new", count=number(brought["loaded"])),
            words.say("overview.edition_changed", count=number(brought["superseding"])),
        ]
    if brought["quarantined"]:
        parts.append(words.say("overview.edition_quarantined", count=number(brought["quarantined"])))
    notices = [words.pick(one["zh"], one["en"]) for one in view.snapshot.manifest.get("notices", ())]
    st.html(panels.strip(words.say("overview.edition"), parts, notices))


def _children(
    view: frame.View, unit_id: str, month: date, shown: Sequence[date], coverage: Mapping[str, Coverage]
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
        pictures.children(view, heading, below, measure, month, shown, counts, known, each)
