"""The two pictures of the trends page: an indicator's control chart, and the funnel of like units beside it.

It must not judge: limits and rules come with the reads, or from the model where the chart was rebased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
import streamlit as st

from model.indicators import Indicator
from model.judgement import rules
from model.judgement.rebase import JUDGED, rebase
from pages.parts import address, board, controls, judged, labels, monthly, panels
from pages.parts.charts import template
from pages.parts.charts.control import control
from pages.parts.charts.funnel import funnel as funnel_figure
from pages.parts.frame import View
from pages.parts.judged import Spot
from pages.parts.reads import indicators
from pages.parts.words import Words

RULES = ("outside", "trending", "two_of_three", "shifted", "cusum")
SHOWN_MONTHS = 36
SHOWN_RULES = 5


@dataclass(frozen=True)
class Subject:
    """What the page is about: one indicator of one unit in one month; `anew`: where limits of units begin anew."""

    view: View
    item: Indicator
    unit_id: str
    unit_name: str
    month: date
    anew: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.view.words.pick(self.item.name.zh, self.item.name.en)

    @cached_property
    def state(self) -> dict[str, Any]:
        """What became of the indicator in this snapshot."""
        states = indicators.states(self.view.snapshot)
        return next((one for one in labels.records(states) if one["indicator_id"] == self.item.id), {})

    @property
    def starts(self) -> tuple[date, ...]:
        """Where limits of this unit begin anew."""
        return self.anew.get(self.unit_id, ())

    @cached_property
    def spots(self) -> list[Spot]:
        """Every month of the indicator in this unit."""
        frame = indicators.of_indicator(self.view.snapshot, (self.unit_id,), self.item.id)
        rows = self.judged_anew(frame, self.unit_id).to_dict("records")
        return judged.spots(rows, judged.as_of_state(self.state or None))

    def judged_anew(self, frame: pd.DataFrame, unit_id: str) -> pd.DataFrame:
        """The months of one unit, judged afresh from where its limits begin anew."""
        as_of, starts = judged.as_of_state(self.state or None), self.anew.get(unit_id, ())
        if not starts or as_of is None or frame.empty:
            return frame
        found = rebase(self.item, frame, as_of, starts, rules().trend)
        return frame.drop(columns=list(JUDGED)).merge(found, on="month", how="left")

    @property
    def shown(self) -> list[Spot]:
        """The newest months, and the chosen one among them."""
        last = max([self.month, *(one.month for one in self.spots if one.state != "stale")])
        known = {one.month: one for one in self.spots}
        return [known.get(month) or Spot(month) for month in monthly.span(last, SHOWN_MONTHS)]


def rule_words(words: Words) -> dict[str, str]:
    """Each rule of a trend in words."""
    return {one: words.say(f"trends.rule_{one}") for one in RULES}


def chart(subject: Subject) -> None:
    """The control chart with its kind in words; a click on a point chooses its month."""
    words, spots = subject.view.words, subject.shown
    what = _kind(words, subject.item, spots)
    as_of = judged.as_of_state(subject.state or None)
    said = words.say("shared.as_of", moment=as_of.isoformat()) if as_of else ""
    names = words.say("shared.source_named", names=labels.tables(words, subject.item.needed_tables))
    counted = board.measure(words, subject.item)
    st.html(panels.heading(subject.name, subject.unit_name, counted, names, said))
    name = f"control_{subject.item.id}_{subject.unit_id}"
    clicks = controls.month_clicks(words, name, [one.month for one in spots])
    alt = words.say(
        "trends.chart_alt", unit=subject.unit_name, name=subject.name, count=len(spots), chart=what
    )
    st.plotly_chart(
        control(words, subject.item, spots, subject.month, subject.starts, rule_words(words)),
        theme=None,
        config=template.CONFIG,
        key=clicks.key,
        alt=alt,
        on_select=clicks.call,
        selection_mode="points",
    )
    is_judged = any(one.centre is not None for one in spots)
    st.html(panels.note(what) + (panels.fired(words, _fired(words, spots)) if is_judged else ""))


def _kind(words: Words, item: Indicator, spots: Sequence[Spot]) -> str:
    """Which chart it is, in words; without limits why there are none."""
    if item.series != "flow":
        return words.say("trends.overlap")
    charts = [one.chart for one in spots if one.chart and one.centre is not None]
    return words.say(f"trends.chart_{charts[-1]}") if charts else words.say("trends.chart_none")


def _fired(words: Words, spots: Sequence[Spot]) -> list[tuple[str, str, str]]:
    """The newest runs of months in which one rule fired: its words, what it means, and the tone of that."""
    runs: list[list[Spot]] = []
    for spot in spots:
        is_next = runs and runs[-1][-1].signal == spot.signal and runs[-1][-1].variation == spot.variation
        if spot.signal and is_next and monthly.shifted(runs[-1][-1].month, 1) == spot.month:
            runs[-1].append(spot)
        elif spot.signal:
            runs.append([spot])
    said: list[tuple[str, str, str]] = []
    for run in runs[: -SHOWN_RULES - 1 : -1]:
        first, last = words.month(run[0].month), words.month(run[-1].month)
        months = first if first == last else words.say("trends.fired_span", first=first, last=last)
        rule = words.say(f"trends.rule_{run[0].signal}")
        text = words.say("trends.fired_one", months=months, rule=rule)
        said.append((text, words.say(f"judged.{run[0].variation}"), run[0].variation))
    return said


def funnel(subject: Subject, units: pd.DataFrame) -> None:
    """Units of one kind side by side: those below where there are some, else those like this one."""
    words, item = subject.view.words, subject.item
    rows = family(subject, units)
    st.html(panels.heading(words.say("trends.funnel"), *_about(subject, rows)))
    drawn = [one for one in rows if one["value"] is not None]
    if len(drawn) < 2:
        st.html(panels.note(words.say("trends.funnel_none")))
        return
    below = set(units.loc[units["parent_unit_id"] == subject.unit_id, "unit_id"])
    clicks = controls.clicks(
        f"funnel_{item.id}_{subject.unit_id}", lambda point: address.put(unit=point["customdata"][0]), "unit"
    )
    names = dict(zip(units["unit_id"], units["name"], strict=True))
    alt = words.say(
        "trends.funnel_alt",
        level=labels.unit_type(words, drawn[0]["level"]),
        count=len(drawn),
        name=subject.name,
        date=drawn[0]["period_end"].date().isoformat(),
    )
    st.plotly_chart(
        funnel_figure(words, item, drawn, names, below | {subject.unit_id}),
        theme=None,
        config=template.CONFIG,
        key=clicks.key,
        alt=alt,
        on_select=clicks.call,
        selection_mode="points",
    )
    has_limits = any(one["upper998"] is not None for one in drawn)
    st.html(panels.note(words.say("trends.funnel_how" if has_limits else "trends.funnel_plain")))


def _about(subject: Subject, rows: Sequence[dict[str, Any]]) -> list[str]:
    words = subject.view.words
    if not rows:
        return [subject.name]
    until = words.say("shared.as_of", moment=rows[0]["period_end"].date().isoformat())
    return [labels.unit_type(words, rows[0]["level"]), until]


def family(subject: Subject, units: pd.DataFrame) -> list[dict[str, Any]]:
    """The compared units of the kind that most of the units below are of, else of this unit's own kind."""
    found = labels.records(
        indicators.compared(subject.view.snapshot, subject.item.id, monthly.last_day(subject.month))
    )
    below = set(units.loc[units["parent_unit_id"] == subject.unit_id, "unit_id"])
    kinds = [one["level"] for one in found if one["unit_id"] in below]
    own = [one["level"] for one in found if one["unit_id"] == subject.unit_id]
    level = max(set(kinds), key=kinds.count) if kinds else (own[0] if own else None)
    return [one for one in found if one["level"] == level]
