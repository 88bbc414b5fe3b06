"""Reads of the public window: the screen surface and nothing else, as plain rows for templates.

It asks reads/screen.py, as the wall does. It must not format, colour or decide.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import pandas as pd

from model.warehouse import Snapshot
from pages.parts.reads import screen
from pages.parts.reads.shared import cached

LOG = logging.getLogger(__name__)
Row = dict[str, Any]


def rows(frame: pd.DataFrame) -> list[Row]:
    """The rows as plain values; None where there is none."""
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


@cached()
def units(snapshot: Snapshot) -> dict[str, Row]:
    """Every unit by its code."""
    return {row["unit_id"]: row for row in rows(screen.units(snapshot))}


def root(snapshot: Snapshot, unit_id: str | None = None) -> str:
    """The unit at the top of what is shown: the one that was set up, else the only one at the head of what manages."""
    found = units(snapshot)
    if unit_id in found:
        return str(unit_id)
    above = {one: row["parent_unit_id"] for one, row in found.items()}
    head = next((one for one, parent in above.items() if parent not in above), "")
    while len(below := [one for one, parent in above.items() if parent == head]) == 1:
        head = below[0]
    if unit_id and head:
        _tell_once(unit_id, head)
    return head


@lru_cache(maxsize=8)
def _tell_once(unit_id: str, head: str) -> None:
    LOG.error(
        "window.toml: unit: %s is no unit of the published data; %s is shown in its place", unit_id, head
    )


def cells(snapshot: Snapshot, unit_id: str) -> list[Row]:
    """The market cells of a unit and those under it, in the order of their codes."""
    found = screen.cells(snapshot, screen.below(snapshot, unit_id))
    return [] if found.empty else rows(found.sort_values(["unit_id", "cell_id"]))


def steps(snapshot: Snapshot, unit_id: str, window_months: int) -> dict[tuple[str, str], Row]:
    """The steps of all processes of a unit in the newest window of so many months."""
    return {
        (row["process"], row["step"]): row for row in rows(screen.steps(snapshot, unit_id, window_months))
    }
