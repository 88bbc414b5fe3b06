"""What a window hall tells of decisions: how many were published and withdrawn; and the code that leads to the guides.

Each published decision is public by law; the list of them is the public window's. It must not name one.
"""

from __future__ import annotations

from html import escape

from pages.parts import words as written
from pages.parts.reads import screen
from pages.parts.wall import blocks
from pages.parts.wall.board import Board
from pages.parts.window import codes
from pages.parts.window.setup import setup

TABLES = ("licence_application", "enforcement_case")


def panel(board: Board, width: float) -> str:
    """The newest month, twelve months, withdrawals; with the code where the window's address is set up."""
    say, found = board.words.say, screen.publications(board.snapshot)
    title = say("wall.publicity")
    if found.empty:
        return blocks.panel(board, "publicity", title, "", blocks.nothing(board), TABLES, width=width)
    shown = found[(found["state"] == "published") & found["unit_id"].isin(board.below)]
    newest = shown["published_on"].max()
    this_month = shown[shown["published_on"] >= newest.replace(day=1)] if len(shown) else shown
    figures = (
        (board.words.month(newest) if len(shown) else say("wall.published_month"), len(this_month)),
        (say("wall.published_year"), len(shown)),
        (say("wall.published_withdrawn"), int((found["state"] == "withdrawn").sum())),
    )
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{written.number(count)}</dd></div>" for label, count in figures
    )
    body = f'<div class="publicity"><dl class="counts">{cells}</dl>{_code(board)}</div>'
    return blocks.panel(board, "publicity", title, say("wall.publicity_what"), body, TABLES, width=width)


def _code(board: Board) -> str:
    """The code of the guides: only an address that phones can reach is worth a code."""
    address = setup().address
    if not address:
        return ""
    drawn = codes.drawn(f"{address}/g", "svg").decode()
    return f"<figure>{drawn}<figcaption>{escape(board.words.say('wall.scan'))}</figcaption></figure>"
