"""The frameworks of integrity work as they are written: dimensions, eight actions, six kinds of units; how far each is.

Their names and order are those of the bureau's programme. It must not draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pages.parts.reads import screen
from pages.parts.wall.board import Board

ITEMS: dict[str, Sequence[str]] = {
    "eight_actions": (
        "political_supervision", "deepening_reform", "correcting_conduct", "linked_inspection",
        "punishing_corruption", "targeted_supervision", "social_participation", "skills_training",
    ),
    "six_integrity_units": ("cadre", "branch", "unit", "window", "station", "agency"),
}  # fmt: skip
STOPPED = "stopped"
STAGES = ("not_started", "planning", "piloting", "standardising", "rolling_out", "completed", STOPPED)
"""In their order: after the method's four steps, a project is completed."""
ALL = "all"
METHOD = ("planning", "piloting", "standardising", "rolling_out")


@dataclass(frozen=True)
class Progress:
    """How far the projects of one item are: the stage that they share, else the step in which they are on average."""

    item: str
    stage: str
    reached: float
    """Of the method's four steps, how many its projects have behind them on average."""


def progress(board: Board, framework: str) -> list[Progress]:
    """The items of a framework of which there are projects."""
    found = screen.of_unit(board.snapshot, "initiative", board.unit_id)
    mine = found[found["framework"] == framework] if not found.empty else found
    result = []
    for item in ITEMS[framework]:
        some = mine[mine["item"] == item] if not mine.empty else mine
        stages = [one for one in STAGES if not some.empty and one in set(some["stage"])]
        stages = [one for one in stages if one != STOPPED] or stages
        if stages:
            share = some.loc[some["stage"] == ALL, "progress"].max()
            reached = 0.0 if pd.isna(share) else float(share) * len(METHOD)
            step = METHOD[min(int(reached), len(METHOD) - 1)]
            result.append(Progress(item, stages[0] if len(stages) == 1 else step, reached))
    return result


def total(values: pd.Series) -> int | None:
    """A sum that is known only where all its parts are."""
    return None if values.isna().any() else int(values.sum())
