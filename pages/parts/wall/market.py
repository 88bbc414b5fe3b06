"""The market cells as a wall counts them: what each has left, how many are saturated, over capacity or queueing.

It exists so that map, table and counts agree. Capacities and queues of cells are public; it must not know a shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pages.parts.charts.wall_hex import Cell
from pages.parts.reads import screen
from pages.parts.reads.shared import number
from pages.parts.wall.board import Board

TABLES = ("market_cell", "retailer", "licence_application")
STEPS = (10, 3, 1, 0)
"""A cell with at least so many places left is drawn in this step; below the last it is over capacity."""
MOST_PARTS = 16
"""The cells of more units than this are told apart by the units directly below the wall's own."""
MOST_CELLS = 2500
"""Beyond so many cells a map shows units in their place."""


@dataclass(frozen=True)
class Market:
    """The cells below the wall's unit, one row each with `left`, its step and its queue."""

    cells: pd.DataFrame

    @property
    def is_empty(self) -> bool:
        return self.cells.empty

    @property
    def is_by_unit(self) -> bool:
        return len(self.cells) > MOST_CELLS

    def count_of(self, look: str) -> int:
        return int((self.cells["look"] == look).sum())

    @property
    def is_unknown(self) -> bool:
        """Whether no source says of any cell how many outlets it may hold."""
        return bool(self.cells["capacity"].isna().all())

    @property
    def queueing(self) -> int:
        return int((self.cells["queued"] > 0).sum())

    @property
    def queued(self) -> int:
        return int(self.cells["queued"].sum())

    @property
    def left(self) -> int:
        return int(self.cells["left"].clip(lower=0).sum())

    @property
    def restricted(self) -> int | None:
        """How many cells are closed to new outlets; None where no source speaks of it."""
        known = self.cells.get("is_restricted")
        return None if known is None or known.isna().all() else int(known.fillna(False).sum())

    def places(self) -> list[Cell]:
        """The cells of the map, or the units in their place."""
        frame = self._units() if self.is_by_unit else self.cells.sort_values(["part", "unit_id", "cell_id"])
        has_place = {"longitude", "latitude"} <= set(frame.columns)
        return [
            Cell(
                part=str(row["part"]),
                look=str(row["look"]),
                east=number(row["longitude"]) if has_place else None,
                north=number(row["latitude"]) if has_place else None,
                is_queued=bool(row.get("queued", 0)),
                is_restricted=row.get("is_restricted") is True,
            )
            for row in frame.to_dict("records")
        ]

    def _units(self) -> pd.DataFrame:
        """Each unit as one place: of its cells, what is left on average."""
        columns = {"left": "mean"} | {
            one: "mean" for one in ("longitude", "latitude") if one in self.cells.columns
        }
        found = self.cells.groupby(["part", "unit_id"], as_index=False).agg(columns)
        return found.assign(look=found["left"].map(look))

    def top_queues(self, count: int) -> pd.DataFrame:
        """The cells with the longest queues, the longest first."""
        waiting = self.cells[self.cells["queued"] > 0]
        return waiting.sort_values(["queued", "cell_id"], ascending=[False, True]).head(count)


def market(board: Board) -> Market:
    """The cells of the wall's unit and all units below it."""
    found = screen.cells(board.snapshot, board.below)
    if found.empty:
        return Market(found)
    left = (found["capacity"] - found["occupied"]).astype("float")
    units = found["unit_id"].astype(str)
    part = (
        units
        if units.nunique() <= MOST_PARTS
        else units.map({one: board.branch_of(one) for one in units.unique()})
    )
    looks = [look(*one) for one in zip(left, found["is_saturated"], strict=True)]
    return Market(found.assign(left=left, look=looks, part=part))


def look(left: float, is_saturated: bool = False) -> str:
    """The step in which a cell with so many places left is drawn; one of unknown capacity has a look of its own.

    Saturated is one whose holders and queue make up its capacity: what is left belongs to those who queue.
    """
    if pd.isna(left):
        return "unknown"
    if is_saturated and left >= 0:
        return "room-0"
    for step, least in zip((3, 2, 1, 0), STEPS, strict=True):
        if left >= least:
            return f"room-{step}"
    return "over"


def legend(board: Board, *, is_large: bool, has_unknown: bool) -> Sequence[tuple[str, str]]:
    """What the steps mean, and on the large map the marks."""
    ten, three, one, _ = STEPS
    return (
        ("room-3", board.words.say("wall.room_over", count=ten)),
        ("room-2", board.words.say("wall.room_range", low=three, high=ten - 1)),
        ("room-1", board.words.say("wall.room_range", low=one, high=three - 1)),
        ("room-0", board.words.say("wall.saturated")),
        ("over", board.words.say("wall.over_capacity")),
        *((one, board.words.say(f"wall.mark_{one}")) for one in ("queue", "restricted") if is_large),
        *((one, board.words.say("wall.unknown")) for one in ("unknown",) if has_unknown),
    )
