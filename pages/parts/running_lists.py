"""What the lists of the page of processes share: what each is of, its columns, its file's stamp; and the units below.

It must not show a person: a record is named by its number, where that names nobody.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import controls, export, labels, navigation, panels
from pages.parts import words as written
from pages.parts.reads import processes as reads
from pages.parts.running import Run, cells, chosen, columns_of, scale
from pages.parts.table import Column, Export, Kind, table


def about(run: Run, view: str) -> str:
    """When a list is of."""
    words = run.view.words
    if view in ("soon", "waiting"):
        return words.say(f"standards.{view}_how", date=run.as_of.isoformat() if run.as_of else written.NONE)
    if view in ("orders", "times"):
        return words.say(f"standards.{view}_how", first=run.first.isoformat(), last=run.last.isoformat())
    return words.say("overview.children_how")


def columns(run: Run, **kinds: Kind) -> list[Column]:
    """Columns by their names, each called by its words."""
    return [Column(name, run.view.words.say(f"standards.{name}"), kind) for name, kind in kinds.items()]


def stamp(run: Run, view: str) -> Export:
    """What a list says of itself in a file."""
    what = (
        f"{run.unit_name} · {run.name}",
        f"{run.view.words.say(f'standards.view_{view}')} · {about(run, view)}",
    )
    return export.stamped(run.view, "standards", what)


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
        | cells(words, name, steps[step_id], here.get(unit_id), longest)
        for unit_id, name in zip(below["unit_id"], below["name"], strict=True)
    ]
    shown = [*columns(run, unit_name="text"), *columns_of(words)]
    table(
        words, "units", words.say("standards.view_units"), shown, rows, look="board steps",
        export=stamp(run, "units"), on_open=lambda key: controls.go(unit=key), page=len(rows),
    )  # fmt: skip
