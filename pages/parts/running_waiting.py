"""What waits in a process: what is due soon, and in which step records are, each of them behind its count.

It must not show a person: a record is named by its number, where that names nobody.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import controls, labels, panels
from pages.parts import words as written
from pages.parts.reads import processes as reads
from pages.parts.running import Run
from pages.parts.running_lists import columns, stamp
from pages.parts.table import Column, Tone, figure, mark, table

SOON = (3, 5, 10)
_AT = "at"


def _waiting(run: Run) -> list[dict[str, Any]]:
    if run.as_of is None:
        return []
    return labels.records(reads.waiting(run.view.snapshot, run.unit_id, run.process.id))


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
    waits = _waiting(run)
    found = [one for one in waits if is_soon(one, days, run.as_of)]
    unknown = sum(is_soon(one, days, run.as_of) is None for one in waits)
    if found:
        _records(run, "soon", found, units)
    elif not unknown:
        st.html(panels.note(words.say("standards.soon_none", count=days)))
    if unknown:
        st.html(panels.note(words.say("standards.soon_unknown", count=written.number(unknown))))


def is_soon(one: dict[str, Any], days: int, as_of: date | None) -> bool | None:
    """Whether a record is overdue or falls due within so many working days; None where the calendar does not tell."""
    if one["is_overdue"]:
        return True
    if _is_beyond(one):
        return None
    if one["due_on"] is None or as_of is None:
        return False
    if one["days_left"] is not None:
        return bool(one["days_left"] <= days)
    return True if (one["due_on"].date() - as_of).days <= days else None


def _is_beyond(one: dict[str, Any]) -> bool:
    """Whether a record has a limit that lies beyond the working calendar."""
    return one["due_on"] is None and one["is_working"] and one["allowed"] is not None


def _records(run: Run, view: str, found: list[dict[str, Any]], units: pd.DataFrame) -> None:
    """Records that wait, each with its step, its age and how long it has left."""
    words, names = run.view.words, dict(zip(units["unit_id"], units["name"], strict=True))
    rows = [
        {
            "key": str(index),
            "record": one["record"] or words.say("standards.record_hidden"),
            "unit_name": names.get(one["unit_id"], one["unit_id"]),
            "step": run.named(one["step"]),
            "started": one["started_on"].strftime("%Y-%m-%d"),
            "age": figure(written.plain(one["age"]), one["age"]),
            "limit": figure(written.plain(one["allowed"]), one["allowed"]),
            "due_on": one["due_on"].strftime("%Y-%m-%d") if one["due_on"] is not None else written.NONE,
            "left": figure(written.plain(one["days_left"]), one["days_left"]),
            "state": _state(run, one),
        }
        for index, one in enumerate(found)
    ]
    shown = columns(
        run, record="text", unit_name="text", step="short", started="short", age="figure", limit="figure",
        due_on="short", left="figure", state="mark",
    )  # fmt: skip
    said = words.say(f"standards.view_{view}")
    table(words, f"{view}_records", said, shown, rows, export=stamp(run, view))


def _state(run: Run, one: dict[str, Any]) -> dict[str, Any]:
    if one["is_overdue"]:
        return mark(run.view.words.say("standards.state_overdue"), "overdue")
    is_near = is_soon(one, max(SOON), run.as_of)
    if is_near is None:
        return mark(run.view.words.say("standards.beyond"))
    if not is_near:
        return mark(run.view.words.say("standards.state_waiting"))
    return mark(run.view.words.say("standards.state_soon"), "attention")


_BANDS = ("half", "later", "overdue", "unlimited")
_BEYOND = "beyond"


def band(one: dict[str, Any]) -> str:
    """How much of its limit a waiting record has used; days that do not count are no part of it."""
    if one["is_overdue"]:
        return "overdue"
    if _is_beyond(one):
        return _BEYOND
    if one["due_on"] is None:
        return "unlimited"
    allowed = one["allowed"] if one["allowed"] is not None else (one["due_on"] - one["started_on"]).days
    used = max((one["age"] or 0) - one["excluded"], 0)
    return "half" if 2 * used <= allowed else "later"


def waiting(run: Run, units: pd.DataFrame) -> None:
    """Where records wait now: for each step how many, by how much of the limit is used, and the longest; then the
    records of the step that is picked."""
    words, found = run.view.words, _waiting(run)
    if not found:
        st.html(panels.note(words.say("standards.waiting_none")))
        return
    bands = _BANDS if not any(map(_is_beyond, found)) else (*_BANDS, _BEYOND)
    st.html(panels.legend((f"band-{one}", words.say(f"standards.{one}")) for one in bands))
    rows = []
    for step in run.process.steps[:-1]:
        here = [one for one in found if one["step"] == step.id]
        counts = {name: sum(band(one) == name for one in here) for name in bands}
        oldest = max((one["age"] for one in here if one["age"] is not None), default=None)
        rows.append(
            {
                "key": step.id,
                "step": run.step_name(step),
                "open": figure(written.number(len(here)), len(here), "strong"),
                "shares": [counts[name] for name in bands],
                "oldest": figure(written.plain(oldest), oldest),
            }
            | {
                name: figure(written.number(counts[name]), counts[name], _tone(name, counts[name]))
                for name in bands
            }
        )
    shown = [
        *columns(run, step="text", open="figure"),
        Column("shares", words.say("standards.view_waiting"), "shares"),
        *(Column(name, words.say(f"standards.{name}"), "figure") for name in (*bands, "oldest")),
    ]
    table(
        words,
        "waiting",
        words.say("standards.view_waiting"),
        shown,
        rows,
        look="bands",
        export=stamp(run, "waiting"),
        picked=controls.picked(_AT),
        on_pick=lambda key: controls.pick(_AT, key),
    )
    here = [one for one in found if one["step"] == controls.picked(_AT)]
    if here:
        st.html(panels.part(words.say("standards.records_at", step=run.named(here[0]["step"]))))
        _records(run, "waiting", here, units)
    if len(found) == reads.WAITING_AT_MOST:
        st.html(panels.note(words.say("standards.cut", count=written.number(len(found)))))


def _tone(band: str, count: int) -> Tone:
    return "overdue" if band == "overdue" and count else "plain"
