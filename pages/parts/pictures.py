"""The pictures of the overview, put together: a panel a kind of record, the small multiples, the way up the tree.

It exists so that the page reads as a list of questions. It must not read data: what it shows is handed to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import cast

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import controls, monthly, panels
from pages.parts import words as written
from pages.parts.charts import template, tile
from pages.parts.charts.trend import trend
from pages.parts.frame import View
from pages.parts.kinds import Kind
from pages.parts.monthly import Coverage
from pages.parts.words import Words, texts

Counts = Mapping[str, Mapping[date, int]]
_TABLE_SHARE, _CHART_SHARE = 6, 7
_TILE_WIDTH = 190


def breadcrumb(words: Words, units: pd.DataFrame, unit_id: str) -> None:
    """The units above, each a link to its own overview."""
    above = controls.ancestors(units, unit_id)
    if not above:
        return
    names = dict(zip(units["unit_id"], units["name"], strict=True))
    with st.container(key="breadcrumb", horizontal=True, vertical_alignment="center"):
        for one in above:
            _unit_link(f"↑ {names[one]}", one)


def kind_panel(
    view: View,
    kind: Kind,
    unit_name: str,
    month: date,
    months: Sequence[date],
    counts: Counts,
    coverage: Coverage,
) -> None:
    """One kind of record: its figures for the month beside its trend; old data are drawn faint and called old."""
    words = view.words
    name = words.say(f"overview.{kind.id}")
    source, as_of, late = panels.provenance(words, coverage, view.clocks, view.now)
    with st.container(key=f"panel_{kind.id}"):
        length = words.say("overview.trend_months", count=len(months))
        st.html(panels.heading(name, unit_name, source, as_of, length, late=late))
        with st.container(key=f"{'stale' if late else 'fresh'}_{kind.id}"):
            table, chart = st.columns([_TABLE_SHARE, _CHART_SHARE], gap="medium", vertical_alignment="top")
            series = {one: monthly.series(counts.get(one, {}), months, coverage) for one in kind.flows}
            with table:
                shown = [one for one in (*kind.flows, kind.stock) if one in counts or one in kind.flows]
                lines = [
                    (one, monthly.headline(counts.get(one, {}), month, coverage)) for one in shown if one
                ]
                st.html(panels.figures(words, kind, month, lines, _note(view, month, coverage)))
            with chart:
                alt = words.say("overview.chart_alt", unit=unit_name, kind=name, count=len(months))
                figure = trend(words, kind, series, month)
                st.plotly_chart(figure, theme=None, config=template.CONFIG, key=f"chart_{kind.id}", alt=alt)


def _note(view: View, month: date, coverage: Coverage) -> str:
    """Why the chosen month, or the last one drawn, is not a whole one."""
    words, state = view.words, coverage.state(month)
    if coverage.as_of is None:
        return ""
    as_of = written.moment(coverage.as_of, view.now)
    if state == "no_data":
        return words.say("overview.no_data_note", month=words.month(month), moment=as_of)
    if state == "partial" or coverage.state(coverage.as_of.date().replace(day=1)) == "partial":
        return words.say("overview.partial_note", moment=as_of)
    return ""


def plain_name(words: Words, measure: str) -> str:
    """A measure's name where it stands alone, without its whole above it."""
    alone = f"overview.plain_{measure}"
    return words.say(alone if alone in texts() else f"overview.{measure}")


def children(
    view: View,
    heading: DeltaGenerator,
    below: pd.DataFrame,
    measure: str,
    month: date,
    months: Sequence[date],
    counts: Counts,
    coverage: Coverage,
) -> None:
    """The small multiples, on one scale: each unit's count for the month and its trend, its name the way down."""
    words = view.words
    source, as_of, late = panels.provenance(words, coverage, view.clocks, view.now)
    how = words.say("overview.children_how")
    heading.html(
        panels.heading(words.say("overview.children"), words.month(month), source, as_of, how, late=late)
    )
    series = {
        one: monthly.series(counts.get(one, {}), months, coverage)
        for one in cast("list[str]", list(below["unit_id"]))
    }
    top = max((point.count or 0 for points in series.values() for point in points), default=0)
    with st.container(key=f"{'stale' if late else 'fresh'}_children"), st.container(key="children"):
        grid = st.grid("auto", min_column_width=_TILE_WIDTH, gap=24)
        for unit_id, name in zip(below["unit_id"], below["name"], strict=True):
            here = monthly.point(counts.get(unit_id, {}), month, coverage)
            count = written.number(here.count) if here.count is not None else words.say("shared.no_data")
            label = words.say("overview.children_alt", unit=name, month=words.month(month), count=count)
            with grid.cell():
                _unit_link(name, unit_id)
                st.html(panels.tile(tile.bars(series[unit_id], month, top, label), count, here.state))


def _unit_link(label: str, unit_id: str) -> None:
    """A link to this same page for another unit."""
    here = st.session_state["page_here"]
    st.page_link(here, label=escape(label), query_params=controls.carried(unit=unit_id))
