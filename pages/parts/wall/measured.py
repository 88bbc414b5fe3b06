"""An indicator as a wall shows it: its newest complete month, its line, what it has been doing, and its words.

It exists so that every scene says the same of the same indicator. A month in progress is left out: it is no value yet.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from model.indicators import Indicator, catalogue
from model.numerals import PARTS
from pages.parts import words as written
from pages.parts.charts import wall_icon
from pages.parts.charts.wall_trend import Mark
from pages.parts.judged import ASSURANCES, VARIATIONS, Assurance, Variation, Way, way_of
from pages.parts.reads import screen
from pages.parts.reads.shared import number
from pages.parts.wall.board import Board
from pages.parts.words import texts

MONTHS = 24
"""How many months a line shows."""


@cache
def choice() -> dict[str, list[str]]:
    """Which indicators stand where."""
    return tomllib.loads((Path(__file__).parent / "choice.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Measured:
    """One indicator of the wall's unit."""

    indicator: Indicator
    name: str
    marks: tuple[Mark, ...]
    value: float | None
    state: str
    variation: Variation = "unknown"
    assurance: Assurance = "unknown"
    way: Way = "level"

    @property
    def tables(self) -> tuple[str, ...]:
        return self.indicator.needed_tables

    @property
    def tone(self) -> str:
        """The colour's name: what the newest month has been doing."""
        return self.variation if self.variation in ("improving", "concerning") else "ordinary"

    @property
    def is_share(self) -> bool:
        return self.indicator.kind in PARTS

    def figure(self) -> tuple[str, str]:
        """The newest value as number and unit."""
        if self.value is None:
            return "", ""
        if self.is_share:
            return written.short_part(self.value), "%"
        return written.value(self.value, self.indicator.kind) if self.value else "0", ""

    @property
    def text(self) -> str:
        """The newest value with its unit."""
        return "".join(self.figure())

    @property
    def target(self) -> str:
        return written.aim(self.indicator.target, self.indicator.kind)

    def variation_icon(self) -> str:
        return wall_icon.variation(self.variation, self.way)

    def assurance_icon(self) -> str:
        return wall_icon.assurance(self.assurance, is_higher_better=self.indicator.direction == "higher")


def measured(board: Board, indicator_ids: Sequence[str]) -> list[Measured]:
    """These indicators of the wall's unit; one that is not declared is left out."""
    known = catalogue().indicators
    wanted = [known[one] for one in indicator_ids if one in known]
    found = screen.trend(board.snapshot, board.unit_id, [one.id for one in wanted])
    return [_measured(board, one, found) for one in wanted]


def best(found: Sequence[Measured], count: int) -> list[Measured]:
    """So many of them, in their order: those with a value rather than those without."""
    chosen = sorted(found, key=lambda one: one.value is None)[:count]
    return [one for one in found if one in chosen]


def short_name(board: Board, indicator: Indicator) -> str:
    """An indicator's name where there is little room."""
    key = f"wall.short_{indicator.id}"
    return board.words.say(key) if key in texts() else board.words.pick(indicator.name.zh, indicator.name.en)


def _measured(board: Board, indicator: Indicator, found: pd.DataFrame) -> Measured:
    name = short_name(board, indicator)
    state, as_of = screen.indicators(board.snapshot).get(indicator.id, ("no_data", None))
    absent = "not_computable" if state == "not_computable" else "no_data"
    mine = found[found["indicator_id"] == indicator.id] if not found.empty else found
    if mine.empty or absent == "not_computable":
        return Measured(indicator, name, (), None, absent)
    last = _newest_month(board, indicator.needed_tables, as_of)
    months = [pd.Timestamp(one).date() for one in mine["month"]]
    rows = [row for row, month in zip(mine.to_dict("records"), months, strict=True) if month <= last]
    if not rows:
        return Measured(indicator, name, (), None, absent)
    newest = rows[-1]
    value = number(newest["value"])
    variation = VARIATIONS.get(_text(newest["variation"]), "unknown")
    return Measured(
        indicator=indicator,
        name=name,
        marks=tuple(_mark(row) for row in rows[-MONTHS:]),
        value=value,
        state=str(newest["state"]),
        variation=variation,
        assurance=ASSURANCES.get(_text(newest["assurance"]), "unknown"),
        way=way_of(variation, indicator, value, number(newest["centre"])),
    )


def last_complete_month(board: Board, tables: Sequence[str]) -> date:
    """The last month that these kinds of record are known for whole; without a clock, the last before today."""
    until = board.as_of(tables) or board.published
    return complete_month(until) if until else date.max


def _newest_month(board: Board, tables: Sequence[str], as_of: datetime | None) -> date:
    """The month that is told as the newest: where records go on, but the number does not, it is one without a value."""
    if as_of is None:
        return last_complete_month(board, tables)
    delivered = board.as_of(tables)
    return complete_month(max(as_of, delivered) if delivered else as_of)


def complete_month(until: datetime) -> date:
    """The last month that is over at this moment; a day alone stands for the whole of it."""
    end = until + (timedelta(days=1) if until.time() == time() else timedelta(seconds=1))
    return (end.date().replace(day=1) - timedelta(days=1)).replace(day=1)


def _mark(row: Mapping[Any, Any]) -> Mark:
    tone = VARIATIONS.get(_text(row["variation"]), "common") if pd.notna(row["signal"]) else "common"
    return Mark(
        month=pd.Timestamp(row["month"]).date(),
        value=number(row["value"]),
        lower=number(row["lower"]),
        centre=number(row["centre"]),
        upper=number(row["upper"]),
        tone=tone if tone in ("improving", "concerning") else "ordinary",
    )


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)
