"""How much was applied for, inspected and complained about, here and in the units below?

Counts only: no person, shop or ticket is on this page, and no unit is ranked by a count.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import controls, frame, monthly, panels, pictures, reads
from pages.parts.kinds import KINDS, MEASURES, kind_of
from pages.parts.words import number

MONTHS_BACK = 60
TREND_MONTHS = 24


def show() -> None:
    """Filters, what this edition brought, one panel a kind of record, then the units below."""
    view = frame.open_view(controls.words())
    words = view.words
    frame.masthead(view, words.say("overview.title"))
    units, coverage = reads.units(view.snapshot), reads.coverage(view.snapshot)
    months = monthly.span(view.now.date().replace(day=1), MONTHS_BACK)
    default = monthly.default_month(list(coverage.values()), view.now.date())
    with st.container(key="filters", horizontal=True):
        unit_id = controls.choose_unit(words, units)
        month = controls.choose_month(words, months[::-1], default)
    pictures.breadcrumb(words, units, unit_id)
    _edition(view)
    counts = reads.volume(view.snapshot, unit_id)
    unit_name = reads.name_of(units, unit_id)
    shown = monthly.span(max(month, months[-1]), TREND_MONTHS)
    for kind in KINDS:
        pictures.kind_panel(view, kind, unit_name, month, shown, counts, coverage[kind.id])
    _children(view, unit_id, month, shown)


def _edition(view: frame.View) -> None:
    """What this edition's batches brought, and what the loader has to say."""
    words, brought = view.words, reads.edition(view.snapshot)
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


def _children(view: frame.View, unit_id: str, month: monthly.date, shown: list[monthly.date]) -> None:
    """One count for every unit directly below, all on one scale, in the order of the tree."""
    words, units = view.words, reads.units(view.snapshot)
    below = units[units["parent_unit_id"] == unit_id]
    if below.empty:
        st.html(panels.heading(words.say("overview.children"), words.say("overview.children_none")))
        return
    with st.container(key="panel_children"):
        heading = st.container()
        with st.container(key="filters_children", horizontal=True):
            measure = controls.choose(
                "measure",
                words.say("overview.children_measure"),
                MEASURES,
                MEASURES[0],
                lambda one: pictures.plain_name(words, one),
            )
        coverage = reads.coverage(view.snapshot)[kind_of(measure).id]
        counts = reads.volume_of_children(view.snapshot, unit_id, measure)
        pictures.children(view, heading, below, measure, month, shown, counts, coverage)
