"""The headline figures: six cards of one kind, each a number with what it is held against and what it has been doing.

A card never shows a number without its state; it must not decide what a change means.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from pages.parts import words as written
from pages.parts.charts import wall_steps, wall_trend
from pages.parts.charts.wall_shapes import text_width
from pages.parts.charts.wall_trend import Mark
from pages.parts.reads import screen
from pages.parts.wall import blocks, measured
from pages.parts.wall.board import Board
from pages.parts.wall.measured import Measured

INDICATORS = 4
"""How many of the cards are indicators."""
FIGURE, UNIT, ICON = 246.0, 24.0, 60.0
"""The room for a card's number with its unit, the size of the unit, and what of it an icon beside it takes."""
SPARKLINE = {"16x9": (112, 52), "32x9": (250, 96)}


@dataclass(frozen=True)
class Card:
    """One headline figure: parts as HTML, except for what is plain text."""

    name: str
    label: str
    number: str
    unit: str
    state: str
    remark: str
    icon: str
    picture: str
    tables: tuple[str, ...]
    tone: str = "ordinary"
    assurance: str = ""


def cards(board: Board) -> str:
    """All of them."""
    found = [_retailers(board), _decided(board)]
    found += [
        _indicator(board, one)
        for one in measured.best(measured.measured(board, measured.choice()["headline"]), INDICATORS)
    ]
    return f'<div class="headline">{"".join(_drawn(board, one) for one in found)}</div>'


def _drawn(board: Board, card: Card) -> str:
    room = FIGURE - text_width(card.unit, UNIT) - (ICON if card.assurance else 0)
    number = (
        f"<b>{blocks.fitted(card.number, room, 58, 30)}</b><small>{escape(card.unit)}</small>"
        if card.state in ("value", "zero")
        else blocks.absent(board, card.state)
    )
    return (
        f'<section class="panel card" data-panel="headline_{card.name}" data-sources="{", ".join(card.tables)}">'
        f'<div class="label"><h3>{escape(card.label)}</h3>{card.icon}</div>'
        f'<div class="figure {card.tone}"><p>{number}</p>{card.assurance}</div>'
        f'<div class="under"><p>{card.remark}</p>{card.picture}</div>'
        f'<p class="stale-note" data-stale-note></p></section>'
    )


def _retailers(board: Board) -> Card:
    """The licensed retailers of all market cells, and the places that are left."""
    words, tables = board.words, ("market_cell", "retailer")
    found = screen.cells(board.snapshot, board.below)
    if found.empty:
        return Card("retailers", words.say("wall.retailers"), "", "", "no_data", "", "", "", tables)
    held, capacity = int(found["occupied"].sum()), int(found["capacity"].sum())
    is_known = found["capacity"].notna()
    placed = int(found["occupied"][is_known].sum())
    if not held and not capacity:  # no source places retailers in cells
        return Card("retailers", words.say("wall.retailers"), "", "", "no_data", "", "", "", tables)
    return Card(
        name="retailers",
        label=words.say("wall.retailers"),
        number=written.number(held),
        unit=words.say("wall.unit_retailers"),
        state="value" if held else "zero",
        remark=escape(words.say("wall.capacity", count=written.number(capacity))) if is_known.any() else "",
        icon="",
        picture=wall_steps.part(placed / capacity if capacity else None, *SPARKLINE[board.shape]),
        tables=tables,
    )


def _decided(board: Board) -> Card:
    """The applications decided in the newest complete month, beside the same month a year before."""
    words, tables = board.words, ("licence_application",)
    last = measured.last_complete_month(board, tables)
    found = screen.volume(board.snapshot, board.unit_id, "applications_decided")
    rows = found.to_dict("records") if not found.empty else []
    marks = [
        Mark(pd.Timestamp(row["month"]).date(), None if pd.isna(row["count"]) else float(row["count"]),
             None, None, None, "ordinary")
        for row in rows
    ]  # fmt: skip
    marks = [one for one in marks if one.month <= last][-measured.MONTHS :]
    states = {pd.Timestamp(row["month"]).date(): str(row["state"]) for row in rows}
    newest = marks[-1] if marks and marks[-1].month == last else None
    year_ago = next((one.value for one in marks if one.month == last.replace(year=last.year - 1)), None)
    return Card(
        name="decided",
        label=words.say("wall.decided", month=words.month(last)),
        number=written.number(newest.value) if newest else "",
        unit=words.say("wall.unit_applications"),
        state=states.get(last, "no_data"),
        remark=escape(words.say("wall.year_ago", count=written.number(year_ago))) if year_ago else "",
        icon="",
        picture=wall_trend.sparkline(marks, *SPARKLINE[board.shape]),
        tables=tables,
    )


def _indicator(board: Board, one: Measured) -> Card:
    number, unit = one.figure()
    remark = []
    if one.indicator.target is not None:
        remark.append(board.words.say("wall.target", value=one.target))
    if one.state == "not_computable":
        remark.append(board.words.say("wall.not_recorded"))
    elif one.variation != "unknown":
        remark.append(board.words.say(f"wall.variation_{one.variation}"))
    return Card(
        name=one.indicator.id,
        label=one.name,
        number=number,
        unit=unit,
        state=one.state,
        remark="<br>".join(f"<span>{escape(one)}</span>" for one in remark),
        icon=one.variation_icon(),
        picture=wall_trend.sparkline(one.marks, *SPARKLINE[board.shape]),
        tables=one.tables,
        tone=one.tone,
        assurance=one.assurance_icon(),
    )
