"""The panel of the market map, small beside other panels or large by itself.

The map is schematic: neighbours stay neighbours, nothing is to scale and no base map is needed.
"""

from __future__ import annotations

from pages.parts import words as written
from pages.parts.charts import wall_hex
from pages.parts.wall import blocks, market
from pages.parts.wall.board import Board

MOST_NAMES = 24
"""Beyond so many parts their names would hide the map."""


def panel(board: Board, width: float, height: float, *, is_named: bool = False) -> str:
    """The map with its legend."""
    found, say = market.market(board), board.words.say
    if found.is_empty:
        return blocks.panel(
            board, "cells", say("wall.cells"), "", blocks.nothing(board), market.TABLES, width=width
        )
    places = found.places()
    parts = sorted({one.part for one in places}) if is_named else []
    names = {one: board.names.get(one, one) for one in parts} if len(parts) <= MOST_NAMES else {}
    key = "wall.map_of_units" if found.is_by_unit else "wall.map_of_cells"
    what = say(key, count=written.number(len(places)))
    body = f'<div class="map">{wall_hex.honeycomb(places, names, width, height)}</div>'
    title = say("wall.cells")
    return blocks.panel(
        board,
        "cells",
        title,
        what,
        body
        + blocks.legend(
            market.legend(board, is_large=bool(names), has_unknown=bool(found.count_of("unknown")))
        ),
        market.TABLES,
        width=width,
        look="cells",
    )
