"""What of the market is told in figures: how many cells are full, over capacity or queueing; the longest queues.

Capacities, remaining places and queues of market cells are public. It must not name an applicant.
"""

from __future__ import annotations

from html import escape

from pages.parts import words as written
from pages.parts.wall import blocks, market
from pages.parts.wall.board import Board

NAME = 330.0
"""The room for a cell's name."""


def counts_panel(board: Board, width: float) -> str:
    """Places left, cells that are full, over capacity, restricted, queueing."""
    found, say = market.market(board), board.words.say
    if found.is_empty:
        return blocks.panel(
            board, "counts", say("wall.counts"), "", blocks.nothing(board), market.TABLES, width=width
        )
    over = found.count_of("over")
    figures: list[tuple[str, int | None, str]] = [
        (say("wall.places_left"), found.left, ""),
        (say("wall.saturated_cells"), found.count_of("room-0"), ""),
        (say("wall.over_cells"), over, "concerning" if over else ""),
        (say("wall.restricted_cells"), found.restricted, ""),
        (say("wall.queueing_cells"), found.queueing, ""),
        (say("wall.queued"), found.queued, ""),
    ]
    if found.is_unknown:  # what is left of an unknown number is not known, nor is who waits for it
        figures = [(label, None, "") for label, _, _ in figures]
    cells = "".join(
        f"<div><dt>{escape(label)}</dt>{_figure(board, count, tone)}</div>" for label, count, tone in figures
    )
    body = f'<dl class="counts">{cells}</dl>'
    return blocks.panel(board, "counts", say("wall.counts"), "", body, market.TABLES, width=width)


def _figure(board: Board, count: int | None, tone: str) -> str:
    shown = blocks.absent(board, "no_data") if count is None else written.number(count)
    return f'<dd class="{tone}">{shown}</dd>'


def table_panel(board: Board, count: int, width: float) -> str:
    """The cells with the longest queues."""
    found, say = market.market(board), board.words.say
    top = found.top_queues(count) if not found.is_empty else found.cells
    if top.empty:
        is_known = not found.is_empty and not found.is_unknown
        body = blocks.nothing(board, "wall.no_queue" if is_known else "wall.nothing")
    else:
        head = tuple(escape(say(f"wall.{one}")) for one in ("cell", "occupied_of", "queue"))
        lines = [
            (
                blocks.fitted(str(row["name"] or row["cell_id"]), NAME),
                f"{written.number(row['occupied'])} / {written.number(row['capacity'])}",
                f"<b>{written.number(row['queued'])}</b>",
            )
            for row in top.to_dict("records")
        ]
        body = blocks.rows("queues", lines, head)
    return blocks.panel(
        board, "queues", say("wall.queues"), say("wall.in_order"), body, market.TABLES, width=width
    )
