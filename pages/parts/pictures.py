"""The pictures of the overview, put together: a panel a kind of record, the small multiples, the way up the tree.

It exists so that the page reads as a list of questions. It must not read data: what it shows is handed to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import behind, controls, monthly, navigation, panels, tree
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


def breadcrumb(units: pd.DataFrame, unit_id: str) -> None:
    """The units above, each a link to its own overview."""
    above = tree.ancestors(units, unit_id)
    if not above:
        return
    names = dict(zip(units["unit_id"], units["name"], strict=True))
    with st.container(key="breadcrumb", horizontal=True, vertical_alignment="center"):
        for one in above:
            _unit_link(f"↑ {names[one]}", one)


def kind_panel(
    view: View,
    kind: Kind,
    unit_id: str,
    unit_name: str,
    month: date,
    months: Sequence[date],
    counts: Counts,
    coverage: Coverage,
) -> None:
    """One kind of record: its figures for the month beside its trend; old data are drawn faint and called old."""
    words = view.words
    name = words.say(f"overview.{kind.id}")
    if not coverage.sources:
        with st.container(key=f"panel_{kind.id}"):
            st.html(panels.heading(name, unit_name, words.say(f"overview.no_source_{kind.id}")))
        return
    source, as_of, late = panels.provenance(words, coverage, view.now)
    with st.container(key=f"panel_{kind.id}"):
        length = words.say("overview.trend_months", count=len(months), month=words.month(month))
        st.html(panels.heading(name, unit_name, source, as_of, length, late=late))
        with st.container(key=f"{'stale' if late else 'fresh'}_{kind.id}"):
            table, chart = st.columns([_TABLE_SHARE, _CHART_SHARE], gap="medium", vertical_alignment="top")
            series = {
                one: monthly.series(counts.get(one, {}), months, coverage.of(one)) for one in kind.flows
            }
            with table:
                shown = [one for one in (*kind.flows, kind.stock) if one in counts or one in kind.flows]
                lines = [
                    (one, monthly.headline(counts.get(one, {}), month, coverage.of(one)))
                    for one in shown
                    if one
                ]
                st.html(panels.figures(words, kind, month, lines, _note(view, month, coverage)))
                if coverage.state(month) == "no_data":
                    _newest_link(words, f"newest_{kind.id}", monthly.newest([coverage]))
                else:
                    last = monthly.last_day(month)
                    found = behind.rows(kind.table, unit_id, kind.came_on, month, last)
                    behind.link(kind.id, words.say("overview.to_rows", month=words.month(month)), found)
            with chart:
                alt = words.say("overview.chart_alt", unit=unit_name, kind=name, count=len(months))
                figure = trend(words, kind, series, month)
                clicks = controls.month_clicks(words, kind.id, months)
                st.plotly_chart(
                    figure, theme=None, config=template.CONFIG, key=clicks.key, alt=alt, selection_mode="points",
                    on_select=clicks.call,
                )  # fmt: skip


def _note(view: View, month: date, coverage: Coverage) -> str:
    """Why the chosen month is not a whole one."""
    words, state = view.words, coverage.state(month)
    if coverage.as_of is None or state not in ("no_data", "partial"):
        return ""
    as_of = written.moment(coverage.as_of, view.now)
    if state == "partial":
        return words.say("overview.partial_note", moment=as_of)
    if coverage.since and month < coverage.since:
        return words.say("overview.before_note", month=words.month(month), since=words.month(coverage.since))
    return words.say("overview.no_data_note", month=words.month(month), moment=as_of)


def outside(words: Words, unit_name: str, month: date, offered: Sequence[date], newest: date | None) -> None:
    """For a month of which no source of the unit speaks: that it is so, and the way to the newest that one does."""
    if month in offered or newest is None:
        return
    with st.container(key="outside", horizontal=True, vertical_alignment="center"):
        said = words.say("overview.outside", unit=unit_name, month=words.month(month))
        st.html(panels.remark(said), width="content")
        _newest_link(words, "newest", newest)


def _newest_link(words: Words, key: str, month: date | None) -> None:
    """A link to this same page for the newest month that has data."""
    if month is None:
        return
    label = words.say("overview.see_month", month=words.month(month))
    query = controls.kept(month=month.isoformat()[:7])
    with st.container(key=f"link_{key}", width="content"):
        st.page_link(navigation.here(), label=written.literally(label), query_params=query)


def plain_name(words: Words, measure: str) -> str:
    """A measure's name where it stands alone, without its whole above it."""
    alone = f"overview.plain_{measure}"
    return words.say(alone if alone in texts() else f"overview.{measure}")


def children(
    view: View,
    heading: DeltaGenerator,
    below: pd.DataFrame,
    month: date,
    months: Sequence[date],
    counts: Counts,
    coverage: Coverage,
    each: Mapping[str, Coverage],
) -> None:
    """The small multiples, on one scale: each unit's count for the month and its trend, its name the way down."""
    words = view.words
    said = panels.provenance(words, coverage, view.now) if coverage.sources else ("", "", "")
    source, as_of, late = said
    how = words.say("overview.children_how")
    heading.html(
        panels.heading(words.say("overview.children"), words.month(month), source, as_of, how, late=late)
    )
    series = {one: monthly.series(counts.get(one, {}), months, known) for one, known in each.items()}
    top = max((point.count or 0 for points in series.values() for point in points), default=0)
    with st.container(key=f"{'stale' if late else 'fresh'}_children"), st.container(key="children"):
        grid = st.grid("auto", min_column_width=_TILE_WIDTH, gap=24)
        for unit_id, name in zip(below["unit_id"], below["name"], strict=True):
            here = monthly.point(counts.get(unit_id, {}), month, each[unit_id])
            count = (
                written.number(here.count) if here.count is not None else words.say(f"shared.{here.state}")
            )
            label = words.say("overview.children_alt", unit=name, month=words.month(month), count=count)
            with grid.cell():
                _unit_link(name, unit_id)
                st.html(panels.tile(tile.bars(series[unit_id], month, top, label), count, here.state))


def _unit_link(label: str, unit_id: str) -> None:
    """A link to this same page for another unit."""
    st.page_link(navigation.here(), label=written.literally(label), query_params=controls.kept(unit=unit_id))
