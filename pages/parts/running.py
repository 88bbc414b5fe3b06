"""A process of a unit over a window, and the panel of its steps: each against its limit, with what waits in it.

It must not compute a time: that is the mart's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import streamlit as st

from model.process import Process, Step, processes
from pages.parts import clocks, controls, export, labels, monthly, panels
from pages.parts import words as written
from pages.parts.charts import spark
from pages.parts.charts.steps import step as step_picture
from pages.parts.frame import View
from pages.parts.judged import Spot
from pages.parts.reads import processes as reads
from pages.parts.table import Column, Tone, figure, picture, table
from pages.parts.words import Words

HISTORY_MONTHS = 24
LEGEND = ("dot", "bar", "tick")


@dataclass(frozen=True)
class Run:
    """What the page is about: one process of one unit over some months."""

    view: View
    process: Process
    unit_id: str
    unit_name: str
    rows: tuple[dict[str, Any], ...]
    month: date
    window: int

    @property
    def name(self) -> str:
        return self.view.words.pick(self.process.name.zh, self.process.name.en)

    @property
    def first(self) -> date:
        """The first day of the window."""
        return monthly.shifted(self.month, 1 - self.window)

    @property
    def last(self) -> date:
        return monthly.last_day(self.month)

    @cached_property
    def steps(self) -> dict[str, dict[str, Any]]:
        """The row of each step in this window."""
        return {one["step"]: one for one in chosen(self.rows, self.month, self.window)}

    @property
    def as_of(self) -> date | None:
        """The last whole day that the source has delivered."""
        return max((one["as_of"].date() for one in self.rows if one["as_of"] is not None), default=None)

    @property
    def is_delivered(self) -> bool:
        """Whether any source delivers what records the process."""
        return clocks.is_delivered(self.view.clocks.values(), self.process.table)

    def step_name(self, step: Step) -> str:
        return self.view.words.pick(step.name.zh, step.name.en)

    def named(self, step_id: str) -> str:
        """The name of a step by its id."""
        return next((self.step_name(one) for one in self.process.steps if one.id == step_id), step_id)


def chosen(rows: Sequence[dict[str, Any]], month: date, window: int) -> list[dict[str, Any]]:
    """The rows of one window."""
    return [one for one in rows if one["month"].date() == month and one["window_months"] == window]


def windows(rows: Sequence[dict[str, Any]], month: date) -> list[int]:
    """Over how many months up to this one steps are timed, the fewest first: of a month long past over itself alone."""
    held = {one["window_months"] for one in rows if one["month"] is not None and one["month"].date() == month}
    return sorted(held) or [1]


def usual(offered: Sequence[int]) -> int:
    """The window that is shown where none is chosen: a month alone often holds too few, a year much that is past."""
    return offered[len(offered) // 2]


def window_name(words: Words, count: int) -> str:
    """How long a window is."""
    return words.say(f"standards.window_month{'' if count == 1 else 's'}", count=count)


def choose(view: View, unit_id: str, unit_name: str) -> Run:
    """The process, the month and the window, as the URL says."""
    words, declared = view.words, {one.id: one for one in processes().items}
    process = declared[
        controls.choose(
            "process",
            words.say("standards.process"),
            list(declared),
            next(iter(declared)),
            lambda one: words.pick(declared[one].name.zh, declared[one].name.en),
        )
    ]
    rows = tuple(labels.records(reads.of_unit(view.snapshot, unit_id, process.id)))
    months = sorted({one["month"].date() for one in rows if one["month"] is not None})
    month = controls.choose_month(words, months, months[-1] if months else monthly.before(view.now))
    offered = windows(rows, month)
    window = controls.choose(
        "window",
        words.say("standards.window"),
        [str(one) for one in offered],
        str(usual(offered)),
        lambda one: window_name(words, int(one)),
    )
    return Run(view, process, unit_id, unit_name, rows, month, int(window))


def steps(run: Run) -> None:
    """The steps in order, each against its limit."""
    words = run.view.words
    until = words.say("shared.as_of", moment=run.as_of.isoformat()) if run.as_of else ""
    source = words.say("shared.source_named", names=labels.table_name_of(words, run.process.table))
    span = (
        f"{words.month(run.first)} – {words.month(run.month)}" if run.window > 1 else words.month(run.month)
    )
    st.html(panels.heading(run.name, run.unit_name, span, source, until))
    longest = scale(run.steps.values())
    rows = [
        {
            "key": step.id,
            "step": {"text": run.step_name(step), "under": words.say(f"standards.{step.day_kind}")},
            "history": _history(run, step),
        }
        | cells(words, run.step_name(step), step, run.steps.get(step.id), longest)
        for step in run.process.steps
    ]
    columns = [Column("step", words.say("standards.step"), "titled"), *columns_of(words)]
    columns.append(Column("history", words.say("standards.history"), "picture"))
    what = (f"{run.unit_name} · {run.name} · {span}",)
    table(
        words,
        "steps",
        run.name,
        columns,
        rows,
        look="board steps",
        export=export.stamped(run.view, "standards", what),
        page=len(rows),
    )
    st.html(panels.legend([(f"step-{one}", words.say(f"standards.legend_{one}")) for one in LEGEND]))
    st.html(panels.note(bases(run)))


def columns_of(words: Words) -> list[Column]:
    """The columns of a step beside its name."""
    names = ("median", "ninth", "limit", "within", "ended", "open", "overdue")
    return [
        Column("picture", words.say("standards.picture"), "picture"),
        *(Column(name, words.say(f"standards.{name}"), "figure") for name in names),
    ]


def scale(rows: Any) -> float:
    """The days that fill a picture: the longest of all limits and nine tenths."""
    found = [
        one[name]
        for one in rows
        for name in ("p90_days", "limit_days", "median_days")
        if one[name] is not None
    ]
    return max(found, default=0.0) * 1.04


def cells(words: Words, name: str, step: Step, one: dict[str, Any] | None, longest: float) -> dict[str, Any]:
    """What is shown of one step over one window; `name`: what it is called there."""
    state = one["state"] if one else "no_data"
    if one is None or state in ("no_data", "not_computable"):
        absent = figure(words.say(f"shared.{state}"), None, "absent")
        dash = figure(written.NONE, None)
        empty = picture(step_picture(None, None, None, longest), words.say(f"shared.{state}"))
        names = ("ninth", "limit", "within", "ended")
        return {"picture": empty, "median": absent} | dict.fromkeys(names, dash) | _waits(one or {})
    median, ninth, limit = one["median_days"], one["p90_days"], one["limit_days"]
    no_limit = written.plain(limit) if step.has_limit else words.say("standards.no_limit")
    said = words.say(
        "standards.step_alt",
        name=name,
        median=written.plain(median),
        ninth=written.plain(ninth),
        limit=no_limit,
    )
    due = words.say("standards.within_of", due=written.number(one["due"])) if one["due"] else ""
    strong: Tone = "strong" if median is not None else "absent"
    return {
        "picture": picture(step_picture(median, ninth, limit, longest), said),
        "median": figure(written.plain(median), median, strong),
        "ninth": figure(written.plain(ninth), ninth),
        "limit": figure(written.plain(limit), limit, "target" if limit is not None else "plain"),
        "within": figure(written.value(one["within"], "proportion"), one["within"], "plain", due),
        "ended": figure(written.number(one["observations"]), one["observations"]),
    } | _waits(one)


def _waits(one: dict[str, Any]) -> dict[str, Any]:
    """What waits in a step, and what of it is overdue: known without a time as well."""
    waiting, overdue = one.get("open_count"), one.get("overdue_count")
    late: Tone = "overdue" if overdue else "plain"
    return {
        "open": figure(written.number(waiting), waiting),
        "overdue": figure(written.number(overdue), overdue, late),
    }


def bases(run: Run) -> str:
    """Where each limit comes from."""
    words = run.view.words
    said = [
        f"{run.step_name(one)}{words.say('health.colon')}{words.pick(one.basis.zh, one.basis.en)}"
        for one in run.process.steps
        if one.basis
    ]
    return words.say("standards.basis", basis=words.say("standards.basis_joint").join(said))


def _history(run: Run, step: Step) -> dict[str, Any]:
    """The median of each single month as a line."""
    known = {
        one["month"].date(): one["median_days"]
        for one in run.rows
        if one["step"] == step.id and one["window_months"] == 1
    }
    months = monthly.span(run.month, HISTORY_MONTHS)
    spots = [
        Spot(month, "no_data" if known.get(month) is None else "value", value=known.get(month))
        for month in months
    ]
    values = [one.value for one in spots if one.value is not None]
    words = run.view.words
    low, high = (written.plain(number) for number in (min(values, default=None), max(values, default=None)))
    alt = words.say("standards.history_alt", name=run.step_name(step), low=low, high=high)
    return picture(spark.line(spots, None), alt)
