"""市场单元格: where are places left, where is it full, who waits, and how far apart must outlets be?

Capacities, remaining places and queues of cells are public. A cell over its capacity is to be verified, not judged.
"""

from __future__ import annotations

from html import escape

import pandas as pd

from model.contract import TABLES
from pages.parts import words as written
from pages.parts.wall import blocks, honeycomb, market, queues
from pages.parts.wall.board import Board
from pages.parts.words import texts

MAP = {"16x9": (1190, 764), "32x9": (1760, 764)}
QUEUES = {"16x9": 6, "32x9": 23}
SIDE = 572.0
"""The inside of the panels beside the map."""
NAME = 230.0
UNITS = 18
"""How many units a wide wall lists."""


def draw(board: Board) -> str:
    """The scene's panels."""
    large = honeycomb.panel(board, *MAP[board.shape], is_named=True)
    counts, kinds = queues.counts_panel(board, SIDE), _kinds(board)
    waiting = queues.table_panel(board, QUEUES[board.shape], SIDE)
    if board.is_wide:
        side = blocks.column(counts, kinds) + _units(board) + waiting
    else:
        side = blocks.column(counts, waiting, kinds)
    return f'<main class="grid market">{large}{side}</main>'


def _kinds(board: Board) -> str:
    """The spacing rule by kind of cell, with the places that are left under it."""
    found, say = market.market(board), board.words.say
    if found.is_empty or found.cells["cell_kind"].isna().all():
        return blocks.panel(
            board, "kinds", say("wall.spacing"), "", blocks.nothing(board), market.TABLES[:1], width=SIDE
        )
    head = tuple(escape(say(f"wall.{one}")) for one in ("cell_kind", "spacing_metres", "cells_count", "left"))
    lines = [
        (
            escape(_kind_name(board, str(kind))),
            escape(_range(some["required_spacing_metres"])),
            written.number(len(some)),
            f"<b>{written.number(some['left'].clip(lower=0).sum())}</b>",
        )
        for kind, some in found.cells.groupby("cell_kind", sort=True)
    ]
    return blocks.panel(
        board,
        "kinds",
        say("wall.spacing"),
        say("wall.metres"),
        blocks.rows("kinds", lines, head),
        market.TABLES[:1],
        width=SIDE,
    )


def _units(board: Board) -> str:
    """Each unit's cells: how many, full, over capacity, places left; in the order of its code, no ranking."""
    found, say = market.market(board), board.words.say
    if found.is_empty:
        return blocks.panel(
            board, "units", say("wall.by_unit"), "", blocks.nothing(board), market.TABLES, width=SIDE
        )
    head = tuple(
        escape(say(f"wall.{one}")) for one in ("unit", "cells_count", "saturated", "over_short", "left")
    )
    lines = [
        (
            blocks.fitted(board.names.get(str(unit_id), str(unit_id)), NAME),
            written.number(len(some)),
            written.number((some["look"] == "room-0").sum()),
            written.number((some["look"] == "over").sum()),
            f"<b>{written.number(some['left'].clip(lower=0).sum())}</b>",
        )
        for unit_id, some in list(found.cells.groupby("part", sort=True))[:UNITS]
    ]
    return blocks.panel(
        board,
        "units",
        say("wall.by_unit"),
        "",
        blocks.rows("by-unit", lines, head),
        market.TABLES,
        width=SIDE,
    )


def _range(metres: pd.Series) -> str:
    known = metres.dropna()
    if known.empty:
        return written.NONE
    low, high = int(known.min()), int(known.max())
    return f"{low}" if low == high else f"{low}–{high}"


def _kind_name(board: Board, kind: str) -> str:
    """A kind of cell in words; one that has none yet as the contract names it."""
    key = f"wall.kind_{kind}"
    codes = TABLES["market_cell"].columns["cell_kind"].info["codes"]
    return board.words.say(key) if key in texts() else str(codes.get(kind, kind))
