"""The pictures and cuts of the page of complaints: indicators, months, categories, channels, when, where.

A cut counts the tickets received in the window. What is told of conduct is another module's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from model.exploration.question import Filter
from model.indicators import catalogue
from model.policy import SMALL_COUNT
from pages.parts import (
    behind,
    board,
    controls,
    export,
    judged,
    labels,
    monthly,
    navigation,
    panels,
    tree,
)  # fmt: skip
from pages.parts import words as written
from pages.parts.charts import template, tickets
from pages.parts.frame import View
from pages.parts.monthly import Coverage
from pages.parts.reads import indicators as read_indicators
from pages.parts.reads import tickets as reads
from pages.parts.table import Column, Export, figure, table
from pages.parts.words import Words, number

WINDOWS = (1, 3, 12)
MONTHS = 24
_COLUMNS = {"category": "category", "channel": "channel", "conduct": "conduct_code", "satisfaction": "satisfaction",
            "units": "handling_unit_id"}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """What the page is about: the tickets of one unit over some months."""

    view: View
    unit_id: str
    unit_name: str
    month: date
    window: int
    coverage: Coverage

    @property
    def has_conduct(self) -> bool:
        """Whether the person may ask of conduct, over whatever time and of whatever unit within reach."""
        return "conduct_code" in behind.asked_columns("complaint")

    def of_conduct(self) -> Desk:
        """The time over which kinds of conduct are told: any, or the calendar year of the month."""
        return self if self.has_conduct else replace(self, month=self.month.replace(month=12), window=12)

    @property
    def first(self) -> date:
        return monthly.shifted(self.month, 1 - self.window)

    @property
    def last(self) -> date:
        return monthly.last_day(self.month)

    @property
    def clock(self) -> tuple[str, ...]:
        words = self.view.words
        source, as_of, late = panels.provenance(words, self.coverage, self.view.now)
        span = words.say("complaints.span", first=self.first.isoformat(), last=self.last.isoformat())
        return tuple(one for one in (span, source, as_of, late) if one)

    def months(self, back: int = 0) -> list[date]:
        """The months of the window, or of the one so many months earlier."""
        return monthly.span(monthly.shifted(self.month, -back), self.window)

    def is_whole(self, back: int = 0) -> bool:
        """Whether of every such month all tickets are known."""
        return all(self.coverage.state(one) == "value" for one in self.months(back))

    def cut(self, name: str, *, back: int = 0) -> list[dict[str, Any]]:
        """The tickets of the window, or of the one so many windows before, by one column."""
        first = monthly.shifted(self.first, -back * self.window)
        last = monthly.last_day(monthly.shifted(self.month, -back * self.window))
        found = reads.split(self.view.snapshot, self.unit_id, _COLUMNS[name], first, last)
        return labels.records(found)

    def rows(self, column: str, code: str | None) -> behind.Rows | None:
        """The tickets of the window that have this code in a column."""
        held = Filter(column, "empty") if code is None else Filter(column, "is", code)
        return behind.rows("complaint", self.unit_id, "received_at", self.first, self.last, held)


def choose_window(words: Words) -> int:
    """Over how many months, as the URL says."""
    options = [str(one) for one in WINDOWS]
    return int(
        controls.choose(
            "window",
            words.say("complaints.window"),
            options,
            options[1],
            lambda one: words.say(f"complaints.window_month{'' if one == '1' else 's'}", count=one),
        )
    )


def indicators(desk: Desk) -> None:
    """The declared indicators of complaints on the board: each leads to its trend."""
    view, span = desk.view, monthly.span(desk.month, MONTHS)
    lines = judged.lines(
        [one for one in catalogue().indicators.values() if one.domain == "complaint"],
        read_indicators.of_unit(view.snapshot, desk.unit_id, span[0], desk.month),
        read_indicators.states(view.snapshot),
        read_indicators.windows(view.snapshot, desk.unit_id, desk.last),
        span,
    )
    board.show(view, lines, "domain", (desk.unit_name, view.words.month(desk.month)))


def months(desk: Desk) -> None:
    """The tickets of each month, stacked by category."""
    words, span = desk.view.words, monthly.span(desk.month, MONTHS)
    found = labels.records(
        reads.by_month(desk.view.snapshot, desk.unit_id, "category", span[0], monthly.last_day(desk.month))
    )
    none = {one: 0 for one in span if desk.coverage.state(one) != "no_data"}
    counts: dict[str, dict[date, int]] = {}
    for one in found:
        held = counts.setdefault(name_of(words, "category", one["name"]), dict(none))
        held[one["month"].date()] = one["tickets"]
    how = words.say("complaints.months_how", month=words.month(desk.month), count=MONTHS)
    source, as_of, late = panels.provenance(words, desk.coverage, desk.view.now)
    st.html(panels.heading(words.say("complaints.months"), desk.unit_name, how, source, as_of, late=late))
    st.html(panels.legend((f"tickets-{at % len(tickets.SHADES)}", name) for at, name in enumerate(counts)))
    partial = desk.month if desk.coverage.state(desk.month) == "partial" else None
    alt = words.say("complaints.months_alt", unit=desk.unit_name, count=MONTHS)
    clicks = controls.month_clicks(words, "tickets", span)
    st.plotly_chart(
        tickets.by_month(words, span, counts, partial),
        theme=None,
        config=template.CONFIG,
        key=clicks.key,
        alt=alt,
        on_select=clicks.call,
        selection_mode="points",
    )


def name_of(words: Words, view: str, code: str | None) -> str:
    """What a code of a cut is called."""
    if code is None:
        return words.say("complaints.unknown")
    return labels.code_name(words, "complaint", _COLUMNS[view], code)


def stamped(desk: Desk, view: str) -> Export:
    """What stands on a cut that is taken along."""
    words = desk.view.words
    return export.stamped(
        desk.view, "complaints", (desk.unit_name, words.say(f"complaints.view_{view}"), *desk.clock)
    )


def columns(words: Words, first: str, names: Sequence[str]) -> list[Column]:
    """The columns of a cut: what it is cut by, then its figures."""
    return [
        Column(first, words.say(f"complaints.{first}")),
        *(Column(one, words.say(f"complaints.{one}"), "figure") for one in names),
    ]


CUT = ("tickets", "share", "change", "in_time", "overdue", "median")


def split(desk: Desk, view: str, _units: pd.DataFrame) -> None:
    """The tickets of the window by one column, beside the window before."""
    words, found = desk.view.words, desk.cut(view)
    if not found:
        st.html(panels.note(words.say("complaints.none")))
        return
    before = {one["name"]: one["tickets"] for one in desk.cut(view, back=1)}
    total = sum(one["tickets"] for one in found)
    behind_each = {str(one["name"]): desk.rows(_COLUMNS[view], one["name"]) for one in found}
    rows = [
        {"key": str(one["name"]), "name": name_of(words, view, one["name"])}
        | _cells(desk, one, total, before.get(one["name"], 0))
        | behind.linked(behind_each[str(one["name"])])
        for one in found
    ]
    table(
        words, view, words.say(f"complaints.view_{view}"), columns(words, "name", CUT), rows,
        export=stamped(desk, view), on_open=lambda key: behind.follow(behind_each[key]),
    )  # fmt: skip
    if view == "category":
        st.html(panels.note(words.say("complaints.no_text")))


def _cells(desk: Desk, one: Mapping[str, Any], total: int, before: int) -> dict[str, Any]:
    words = desk.view.words
    share = one["tickets"] / total
    in_time = one["in_time"] / one["due"] if one["due"] else None
    is_comparable = desk.is_whole() and desk.is_whole(desk.window)
    change = one["tickets"] - before if is_comparable else None
    return {
        "tickets": figure(number(one["tickets"]), one["tickets"], "strong"),
        "share": figure(written.value(share, "share"), share),
        "change": figure(written.change(change), change),
        "in_time": figure(
            written.value(in_time, "share"),
            in_time,
            "plain",
            words.say("complaints.of_due", count=number(one["due"])),
        ),
        "overdue": figure(number(one["overdue"]), one["overdue"], "overdue" if one["overdue"] else "plain"),
        "median": figure(written.plain(one["median_days"]), one["median_days"]),
    }


def when(desk: Desk, _view: str, _units: pd.DataFrame) -> None:
    """When tickets come: weekday by hour."""
    words = desk.view.words
    found = labels.records(reads.by_hour(desk.view.snapshot, desk.unit_id, desk.first, desk.last))
    if not found:
        st.html(panels.note(words.say("complaints.none")))
        return
    days = [words.say(f"complaints.day_{one}") for one in range(1, 8)]
    counts = {(one["weekday"], one["hour"]): one["tickets"] for one in found}
    day, hour = max(counts, key=lambda at: counts[at])
    few = words.say("complaints.suppressed", count=SMALL_COUNT)
    st.plotly_chart(
        tickets.by_hour(days, counts, SMALL_COUNT, few),
        theme=None,
        config=template.CONFIG,
        key="when",
        alt=words.say("complaints.when_alt", unit=desk.unit_name, day=days[day - 1], hour=hour),
    )
    st.html(panels.note(words.say("complaints.when_how", count=SMALL_COUNT)))


def units(desk: Desk, _view: str, all_units: pd.DataFrame) -> None:
    """The tickets of each unit below, in the order of the tree; a unit leads down to itself."""
    words, found = desk.view.words, desk.cut("units")
    before = {one["name"]: one["tickets"] for one in desk.cut("units", back=1)}
    below = all_units[all_units["parent_unit_id"] == desk.unit_id]
    if below.empty:
        st.html(panels.note(words.say("overview.children_none")))
        return
    total = sum(one["tickets"] for one in found)
    rows = []
    for unit_id, name in zip(below["unit_id"], below["name"], strict=True):
        within = tree.descendants(all_units, unit_id)
        held = _together([one for one in found if one["name"] in within])
        row = {"key": unit_id, "href": navigation.address("complaints", unit=unit_id), "unit_name": name}
        rows.append(row | _cells(desk, held, max(total, 1), sum(before.get(one, 0) for one in within)))
    table(
        words, "units", words.say("complaints.view_units"), columns(words, "unit_name", CUT), rows,
        export=stamped(desk, "units"), on_open=lambda key: controls.go(unit=key), page=len(rows),
    )  # fmt: skip


def _together(held: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several units' counts as one; a median of one unit only, for medians do not add up."""
    sums: dict[str, Any] = {
        name: sum(one[name] for one in held) for name in ("tickets", "due", "in_time", "overdue")
    }
    return sums | {"median_days": held[0]["median_days"] if len(held) == 1 else None}
