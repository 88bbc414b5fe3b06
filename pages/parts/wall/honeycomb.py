"""The panel of the market map, small beside other panels or large by itself.

The map is schematic: neighbours stay neighbours, nothing is to scale and no base map is needed.
"""

from __future__ import annotations

from pages.parts import words as written
from pages.parts.charts import wall_hex
from pages.parts.wall import blocks, market
from pages.parts.wall.board import Board

MOST_NAMES = 16
"""Beyond so many units their names would hide the map."""


def panel(board: Board, width: float, height: float, *, is_named: bool = False) -> str:
    """The map with its legend."""
    found, say = market.market(board), board.words.say
    if found.is_empty:
        return blocks.panel(board, "cells", say("wall.cells"), "", blocks.nothing(board), market.TABLES)
    places = found.places()
    units = sorted({one.unit_id for one in places})
    names = {one: board.names.get(one, one) for one in units} if is_named and len(units) <= MOST_NAMES else {}
    key = "wall.map_of_units" if found.is_by_unit else "wall.map_of_cells"
    what = say(key, count=written.number(len(places)))
    body = f'<div class="map">{wall_hex.honeycomb(places, names, width, height)}</div>'
    title = say("wall.cells")
    return blocks.panel(
        board,
        "cells",
        title,
        what,
        body + blocks.legend(market.legend(board, is_large=bool(names))),
        market.TABLES,
        look="cells",
    )
