"""What ended in a process: in which order its steps were done, with the records of each order, and where time went.

It must not show a person: a record is named by its number, where that names nobody.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import controls, labels, panels
from pages.parts import words as written
from pages.parts.charts.steps import parts
from pages.parts.reads import processes as reads
from pages.parts.reads.shared import LISTED
from pages.parts.running import Run
from pages.parts.running_lists import columns, stamp
from pages.parts.table import figure, mark, table

_ORDER = "order"


def orders(run: Run, units: pd.DataFrame) -> None:
    """In which order the steps were done, the commonest first; another order than the set one is to be verified. The
    records of the order that is picked stand below."""
    words = run.view.words
    found = labels.records(reads.orders(run.view.snapshot, run.unit_id, run.process.id, run.first, run.last))
    if not found:
        st.html(panels.note(words.say("standards.orders_none")))
        return
    total = sum(one["records"] for one in found)
    rows = []
    for one in found:
        steps = one["steps"].split(reads.THEN)
        share = one["records"] / total
        rows.append(
            {
                "key": one["steps"],
                "order": " → ".join(run.named(step) for step in steps),
                "order_records": one["records"],
                "order_share": figure(written.value(share, "share"), share),
                "order_days": figure(written.plain(one["median_days"]), one["median_days"]),
                "order_as": _kept(run, steps),
            }
        )
    shown = columns(
        run, order="text", order_records="number", order_share="figure", order_days="figure", order_as="mark"
    )
    table(
        words, "orders", words.say("standards.view_orders"), shown, rows, export=stamp(run, "orders"),
        picked=controls.picked(_ORDER), on_pick=lambda key: controls.pick(_ORDER, key),
    )  # fmt: skip
    if controls.picked(_ORDER) in {one["steps"] for one in found}:
        _in_order(run, str(controls.picked(_ORDER)), units)


def _in_order(run: Run, steps: str, units: pd.DataFrame) -> None:
    """The records whose steps were done in one order, the newest first."""
    words, names = run.view.words, dict(zip(units["unit_id"], units["name"], strict=True))
    found = labels.records(
        reads.of_order(run.view.snapshot, run.unit_id, run.process.id, run.first, run.last, steps)
    )
    rows = [
        {
            "key": str(index),
            "record": one["record"] or words.say("standards.record_hidden"),
            "unit_name": names.get(one["unit_id"], one["unit_id"]),
            "ended_on": one["ended_at"].strftime("%Y-%m-%d"),
            "record_days": figure(written.plain(one["days"]), one["days"]),
        }
        for index, one in enumerate(found)
    ]
    said = " → ".join(run.named(step) for step in steps.split(reads.THEN))
    st.html(panels.part(said))
    shown = columns(run, record="text", unit_name="text", ended_on="short", record_days="figure")
    table(words, "order_records", said, shown, rows, export=stamp(run, "orders"))
    if len(found) == LISTED:
        st.html(panels.note(words.say("evidence.cut", shown=written.number(LISTED))))


def _kept(run: Run, steps: list[str]) -> dict[str, Any]:
    words = run.view.words
    declared = [one.id for one in run.process.steps[:-1]]
    if [one for one in declared if one in steps] != steps:
        return mark(words.say("standards.order_other"), "attention")
    if steps == declared:
        return mark(words.say("standards.order_kept"), "good")
    return mark(words.say("standards.order_short"))


def times(run: Run, _units: pd.DataFrame) -> None:
    """Where the time of what ended went: one bar over all steps, then each step with recorded work told apart."""
    words = run.view.words
    found = labels.records(reads.times(run.view.snapshot, run.unit_id, run.process.id, run.first, run.last))
    total = sum(one["mean_hours"] for one in found)
    if not total:
        st.html(panels.note(words.say("standards.orders_none")))
        return
    shares = [one["mean_hours"] / total for one in found]
    said = words.say("shared.list_joint").join(
        f"{run.named(one['step'])} {written.value(share, 'share')}"
        for one, share in zip(found, shares, strict=True)
    )
    st.html(panels.image(parts(shares), words.say("standards.times_alt", parts=said)))
    rows = [
        {
            "key": one["step"],
            "step": run.named(one["step"]),
            "order_records": one["records"],
            "times_mean": figure(written.value(one["mean_hours"] / 24, "mean"), one["mean_hours"], "strong"),
            "times_share": figure(written.value(share, "share"), share),
            "times_work": _hours(run, one["hands_on_hours"]),
            "times_wait": _hours(run, one["idle_hours"]),
        }
        for one, share in zip(found, shares, strict=True)
    ]
    shown = columns(
        run, step="text", order_records="number", times_mean="figure", times_share="figure", times_work="figure",
        times_wait="figure",
    )  # fmt: skip
    table(words, "times", words.say("standards.view_times"), shown, rows, export=stamp(run, "times"))


def _hours(run: Run, hours: float | None) -> dict[str, Any]:
    words = run.view.words
    if hours is None:
        return figure(words.say("standards.times_unknown"), None, "absent")
    return figure(words.say("standards.hours", count=written.value(hours, "mean")), hours)
