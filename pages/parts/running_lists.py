"""The lists of the page of processes: what is due soon, where records wait, in which order steps were done, and time.

It must not show a person: a record is named by its number, where that names nobody.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import controls, export, labels, navigation, panels
from pages.parts import words as written
from pages.parts.charts.steps import parts
from pages.parts.reads import processes as reads
from pages.parts.running import Run, cells, chosen, columns_of, scale
from pages.parts.table import Column, Export, Kind, Tone, figure, mark, table

SOON = (3, 5, 10)


def about(run: Run, view: str) -> str:
    """When a list is of."""
    words = run.view.words
    if view in ("soon", "waiting"):
        return words.say(f"standards.{view}_how", date=run.as_of.isoformat() if run.as_of else written.NONE)
    if view in ("orders", "times"):
        return words.say(f"standards.{view}_how", first=run.first.isoformat(), last=run.last.isoformat())
    return words.say("overview.children_how")


def _columns(run: Run, **kinds: Kind) -> list[Column]:
    return [Column(name, run.view.words.say(f"standards.{name}"), kind) for name, kind in kinds.items()]


def _stamp(run: Run, view: str) -> Export:
    what = (
        f"{run.unit_name} · {run.name}",
        f"{run.view.words.say(f'standards.view_{view}')} · {about(run, view)}",
    )
    return export.stamped(run.view, "standards", what)


def _waiting(run: Run) -> list[dict[str, Any]]:
    if run.as_of is None:
        return []
    return labels.records(reads.waiting(run.view.snapshot, run.unit_id, run.process.id, run.as_of))


def soon(run: Run, units: pd.DataFrame) -> None:
    """What is overdue or falls due within the chosen number of working days, soonest first."""
    words = run.view.words
    with st.container(key="filters_children", horizontal=True):
        days = int(
            controls.choose(
                "soon",
                words.say("standards.soon"),
                [str(one) for one in SOON],
                str(SOON[1]),
                lambda one: words.say("standards.soon_days", count=one),
            )
        )
    found = [
        one
        for one in _waiting(run)
        if one["is_overdue"] or (one["due_on"] is not None and (one["days_left"] or 0) <= days)
    ]
    if not found:
        st.html(panels.note(words.say("standards.soon_none", count=days)))
        return
    names = dict(zip(units["unit_id"], units["name"], strict=True))
    rows = [
        {
            "key": str(index),
            "record": one["record"] or words.say("standards.record_hidden"),
            "unit_name": names.get(one["unit_id"], one["unit_id"]),
            "step": run.named(one["step"]),
            "started": one["started_on"].strftime("%Y-%m-%d"),
            "age": figure(written.plain(one["age"]), one["age"]),
            "limit": figure(written.plain(one["allowed"]), one["allowed"]),
            "due_on": one["due_on"].strftime("%Y-%m-%d"),
            "left": figure(written.plain(one["days_left"]), one["days_left"]),
            "state": _state(run, one),
        }
        for index, one in enumerate(found)
    ]
    columns = _columns(
        run, record="text", unit_name="text", step="short", started="short", age="figure", limit="figure",
        due_on="short", left="figure", state="mark",
    )  # fmt: skip
    table(words, "soon", words.say("standards.view_soon"), columns, rows, export=_stamp(run, "soon"))


def _state(run: Run, one: dict[str, Any]) -> dict[str, Any]:
    if one["is_overdue"]:
        return mark(run.view.words.say("standards.state_overdue"), "overdue")
    return mark(run.view.words.say("standards.state_soon"), "attention")


_BANDS = ("half", "later", "overdue", "unlimited")


def _band(one: dict[str, Any]) -> str:
    """How much of its limit a waiting record has used."""
    if one["is_overdue"]:
        return "overdue"
    if one["due_on"] is None:
        return "unlimited"
    allowed = one["allowed"] if one["allowed"] is not None else (one["due_on"] - one["started_on"]).days
    return "half" if 2 * (one["age"] or 0) <= allowed else "later"


def waiting(run: Run, _units: pd.DataFrame) -> None:
    """Where records wait now: for each step how many, by how much of the limit is used, and the longest."""
    words, found = run.view.words, _waiting(run)
    if not found:
        st.html(panels.note(words.say("standards.waiting_none")))
        return
    st.html(panels.legend((f"band-{one}", words.say(f"standards.{one}")) for one in _BANDS))
    rows = []
    for step in run.process.steps[:-1]:
        here = [one for one in found if one["step"] == step.id]
        counts = {band: sum(_band(one) == band for one in here) for band in _BANDS}
        oldest = max((one["age"] for one in here if one["age"] is not None), default=None)
        rows.append(
            {
                "key": step.id,
                "step": run.step_name(step),
                "open": figure(written.number(len(here)), len(here), "strong"),
                "shares": [counts[band] for band in _BANDS],
                "oldest": figure(written.plain(oldest), oldest),
            }
            | {
                band: figure(written.number(counts[band]), counts[band], _tone(band, counts[band]))
                for band in _BANDS
            }
        )
    columns = [
        *_columns(run, step="text", open="figure"),
        Column("shares", words.say("standards.view_waiting"), "shares"),
        *_columns(run, half="figure", later="figure", overdue="figure", unlimited="figure", oldest="figure"),
    ]
    table(
        words,
        "waiting",
        words.say("standards.view_waiting"),
        columns,
        rows,
        look="bands",
        export=_stamp(run, "waiting"),
    )
    if len(found) == reads.WAITING_AT_MOST:
        st.html(panels.note(words.say("standards.cut", count=written.number(len(found)))))


def _tone(band: str, count: int) -> Tone:
    return "overdue" if band == "overdue" and count else "plain"


def orders(run: Run, _units: pd.DataFrame) -> None:
    """In which order the steps were done, the commonest first; another order than the set one is to be verified."""
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
    columns = _columns(
        run, order="text", order_records="number", order_share="figure", order_days="figure", order_as="mark"
    )
    table(words, "orders", words.say("standards.view_orders"), columns, rows, export=_stamp(run, "orders"))


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
            "times_wait": _hours(
                run, one["mean_hours"] - one["hands_on_hours"] if one["hands_on_hours"] is not None else None
            ),
        }
        for one, share in zip(found, shares, strict=True)
    ]
    columns = _columns(
        run, step="text", order_records="number", times_mean="figure", times_share="figure", times_work="figure",
        times_wait="figure",
    )  # fmt: skip
    table(words, "times", words.say("standards.view_times"), columns, rows, export=_stamp(run, "times"))


def _hours(run: Run, hours: float | None) -> dict[str, Any]:
    words = run.view.words
    if hours is None:
        return figure(words.say("standards.times_unknown"), None, "absent")
    return figure(words.say("standards.hours", count=written.value(hours, "mean")), hours)


def units(run: Run, all_units: pd.DataFrame) -> None:
    """One step in each unit below, all on one scale, in the order of the tree; a unit leads down to itself."""
    words = run.view.words
    steps = {one.id: one for one in run.process.steps}
    with st.container(key="filters_children", horizontal=True):
        step_id = controls.choose(
            "step",
            words.say("standards.step"),
            list(steps),
            run.process.steps[-1].id,
            lambda one: run.step_name(steps[one]),
        )
    below = all_units[all_units["parent_unit_id"] == run.unit_id]
    if below.empty:
        st.html(panels.note(words.say("overview.children_none")))
        return
    found = labels.records(reads.of_children(run.view.snapshot, run.unit_id, run.process.id, step_id))
    here = {
        one["unit_id"]: one
        for one in chosen([one for one in found if one["month"] is not None], run.month, run.window)
    }
    longest = scale(here.values())
    rows = [
        {"key": unit_id, "href": navigation.address("standards", unit=unit_id), "unit_name": name}
        | cells(words, name, here.get(unit_id), longest)
        for unit_id, name in zip(below["unit_id"], below["name"], strict=True)
    ]
    columns = [*_columns(run, unit_name="text"), *columns_of(words)]
    table(
        words, "units", words.say("standards.view_units"), columns, rows, look="board steps",
        export=_stamp(run, "units"), on_open=lambda key: controls.go(unit=key), page=len(rows),
    )  # fmt: skip
