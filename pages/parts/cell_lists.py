"""The lists of the page of market cells: the cells, the queue, the units below.

Retailers are counted only; an application in the queue stands by its number.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import controls, export, labels, market, navigation, panels, tree
from pages.parts import words as written
from pages.parts.cell_pictures import Market
from pages.parts.market import Cell, Total
from pages.parts.reads import cells as reads
from pages.parts.reads.shared import LISTED
from pages.parts.table import Column, Export, Kind, figure, mark, table
from pages.parts.words import number


def _columns(here: Market, **kinds: Kind) -> list[Column]:
    return [Column(name, here.view.words.say(f"cells.{name}"), kind) for name, kind in kinds.items()]


def _stamp(here: Market, view: str) -> Export:
    return export.stamped(
        here.view, "cells", (here.name, here.view.words.say(f"cells.view_{view}"), *here.clock)
    )


def cells(here: Market, units: pd.DataFrame) -> None:
    """Every cell; its name picks it."""
    names = dict(zip(units["unit_id"], units["name"], strict=True))
    year = market.ahead(here.as_of)[11] if here.as_of else date.min
    rows = [
        _cell(
            here,
            one,
            names,
            sum(count for month, count in here.expiring.get(one.id, {}).items() if month <= year),
        )
        for one in here.cells
    ]
    columns = _columns(
        here, cell="text", unit_name="short", kind="short", capacity="number", occupied="number", remaining="number",
        share="figure", queued="number", exits_year="number", state="mark",
    )  # fmt: skip
    table(
        here.view.words, "cells", here.view.words.say("cells.view_cells"), columns, rows, export=_stamp(here, "cells"),
        picked=here.picked.id if here.picked else None, on_pick=lambda key: controls.pick("cell", key),
    )  # fmt: skip


def _cell(here: Market, one: Cell, names: dict[str, str], soon: int) -> dict[str, Any]:
    words = here.view.words
    state = words.say(f"cells.{one.fullness}")
    if one.is_restricted:
        state += f" · {words.say('cells.restricted')}"
    return {
        "key": one.id,
        "cell": one.name,
        "unit_name": names.get(one.unit_id, one.unit_id),
        "kind": labels.code_name(words, "market_cell", "cell_kind", one.kind) if one.kind else written.NONE,
        "capacity": one.capacity,
        "occupied": one.occupied,
        "remaining": one.remaining,
        "share": figure(written.value(one.share, "share"), one.share),
        "queued": one.queued,
        "exits_year": soon,
        "state": mark(state, "attention" if one.fullness == "over" else "plain"),
    }


def queue(here: Market, _units: pd.DataFrame) -> None:
    """Who waits, in the order of the queue."""
    words, names = here.view.words, {one.id: one.name for one in here.cells}
    picked = here.picked.id if here.picked else None
    found = [
        one
        for one in labels.records(reads.queue(here.view.snapshot, here.unit_id, picked))
        if one["cell_id"] in names
    ]
    if not found:
        st.html(panels.note(words.say("cells.queue_none")))
        return
    rows = [
        {
            "key": one["record"],
            "cell": names[one["cell_id"]],
            "queue_no": one["queue_no"],
            "record": one["record"],
            "joined": one["joined_at"].strftime("%Y-%m-%d") if one["joined_at"] else written.NONE,
            "waited": (here.as_of - one["joined_at"].date()).days
            if here.as_of and one["joined_at"]
            else None,
        }
        for one in found[:LISTED]
    ]
    columns = _columns(here, cell="text", queue_no="id", record="short", joined="short", waited="number")
    table(words, "queue", words.say("cells.view_queue"), columns, rows, export=_stamp(here, "queue"))
    if len(found) > LISTED:
        st.html(panels.note(words.say("evidence.cut", shown=number(LISTED))))


def units(here: Market, all_units: pd.DataFrame) -> None:
    """The cells of each unit below together, in the order of the tree; a unit leads down to itself."""
    words = here.view.words
    below = all_units[all_units["parent_unit_id"] == here.unit_id]
    rows = []
    for unit_id, name in zip(below["unit_id"], below["name"], strict=True):
        within = tree.descendants(all_units, unit_id)
        held = [one for one in here.cells if one.unit_id in within]
        rows.append(
            {"key": unit_id, "href": navigation.address("cells", unit=unit_id), "unit_name": name}
            | _total(market.total(held))
        )
    if not rows:
        st.html(panels.note(words.say("overview.children_none")))
        return
    columns = _columns(
        here, unit_name="text", count="number", capacity="number", occupied="number", remaining="number",
        share="figure", queued="number", full_cells="number",
    )  # fmt: skip
    table(
        words, "units", words.say("cells.view_units"), columns, rows, export=_stamp(here, "units"),
        on_open=lambda key: controls.go(unit=key), page=len(rows),
    )  # fmt: skip


def _total(found: Total) -> dict[str, Any]:
    return {
        "count": found.cells,
        "capacity": found.capacity,
        "occupied": found.occupied,
        "remaining": found.remaining,
        "share": figure(written.value(found.share, "share"), found.share),
        "queued": found.queued,
        "full_cells": found.full,
    }
