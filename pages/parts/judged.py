"""What a month of an indicator is, as it was judged: its state, its number, its limits, what rules say of it.

A month that the source has not yet spoken of to its end is partial and is compared with nothing. Where a month holds
too few, the shortest stretch that holds enough stands in for it and says how long it is. It must not read or draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from model.indicators import Indicator
from pages.parts.monthly import last_day, shifted

State = Literal["value", "zero", "no_data", "not_computable", "suppressed", "stale", "by_cell"]
Way = Literal["up", "down", "level"]
Variation = Literal["improving", "concerning", "common", "neutral", "unknown"]
Assurance = Literal["meets", "misses", "varies", "unknown", "none"]
VARIATIONS: dict[str | None, Variation] = {
    "improving": "improving",
    "concerning": "concerning",
    "common cause": "common",
    "no direction": "neutral",
}
ASSURANCES: dict[str | None, Assurance] = {
    "consistently meets": "meets",
    "consistently misses": "misses",
    "hit or miss": "varies",
}


@dataclass(frozen=True)
class Spot:
    """One month of one indicator of one unit; value is None unless the state is value or zero."""

    month: date
    state: State = "no_data"
    is_partial: bool = False
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    observations: int | None = None
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    signal: str | None = None
    variation: Variation = "unknown"
    assurance: Assurance = "unknown"
    chart: str | None = None

    @property
    def is_compared(self) -> bool:
        """Whether it is a whole month with a number."""
        return self.value is not None and not self.is_partial


@dataclass(frozen=True)
class Stretch:
    """An indicator over the shortest stretch of months that holds enough."""

    months: int
    value: float
    observations: int


@dataclass(frozen=True)
class Line:
    """One indicator of one unit: the chosen month, its changes, and the months up to it."""

    item: Indicator
    here: Spot
    spots: tuple[Spot, ...]
    on_month: float | None = None
    on_year: float | None = None
    stretch: Stretch | None = None
    missing: tuple[str, ...] = ()
    whole_from: date | None = None
    """The first month that is known as far back as it counts."""

    @property
    def way(self) -> Way:
        """Where a change points, for the icon."""
        return way_of(self.here.variation, self.item, self.here.value, self.here.centre)


def way_of(variation: Variation, item: Indicator, value: float | None, centre: float | None) -> Way:
    """Where a change points: which way is better tells, else the side of the centre."""
    if variation in ("improving", "concerning"):
        return "up" if (variation == "improving") == (item.direction == "higher") else "down"
    if variation == "neutral" and value is not None and centre is not None:
        return "up" if value > centre else "down"
    return "level"


Row = Mapping[Any, Any]
"""A judged month as a read has it. Rows are taken out of a frame once for all: each time costs more than they do."""


def spots(rows: Iterable[Row], as_of: date | None) -> list[Spot]:
    """The judged months of one indicator of one unit, in the order given. as_of: the last whole day of its sources."""
    return [_spot(one, as_of) for one in rows]


def _spot(one: Mapping[Any, Any], as_of: date | None) -> Spot:
    month = pd.Timestamp(one["month"]).date()
    numbers = {name: _number(one[name]) for name in ("numerator", "denominator", "centre", "lower", "upper")}
    observations = _number(one["observations"])
    assurance = _text(one["assurance"])
    return Spot(
        month=month,
        state=one["state"],
        is_partial=as_of is not None and month <= as_of < last_day(month),
        value=_number(one["value"]) if one["state"] in ("value", "zero") else None,
        observations=None if observations is None else int(observations),
        signal=_text(one["signal"]),
        variation=VARIATIONS.get(_text(one["variation"]), "unknown"),
        assurance=ASSURANCES.get(assurance, "unknown"),
        chart=_text(one["chart"]),
        **numbers,
    )


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def lines(
    items: Iterable[Indicator],
    judged: pd.DataFrame,
    states: pd.DataFrame,
    windows: pd.DataFrame,
    months: Sequence[date],
) -> list[Line]:
    """A line an indicator for the last of the months, in the order declared; those without facts say why."""
    became = {str(one["indicator_id"]): one for one in states.to_dict("records")}
    found: dict[str, list[Row]] = {}
    for row in judged.to_dict("records"):
        found.setdefault(str(row["indicator_id"]), []).append(row)
    enough = {str(one["indicator_id"]): one for one in windows.to_dict("records")}
    return [
        line(item, became.get(item.id), found.get(item.id, ()), enough.get(item.id), months) for item in items
    ]


def line(
    item: Indicator,
    became: Mapping[Any, Any] | None,
    rows: Iterable[Row],
    window: Mapping[Any, Any] | None,
    months: Sequence[date],
) -> Line:
    """The line of one indicator of one unit from its judged months, what became of it, and its stretch."""
    as_of = as_of_state(became)
    known = {one.month: one for one in spots(rows, as_of)}
    why: State = "no_data"
    missing: tuple[str, ...] = ()
    if became is not None and became["state"] == "not_computable":
        why, missing = "not_computable", tuple(str(one) for one in became["missing_columns"])
    elif not item.has_unit_facts:
        why = "by_cell"
    shown = tuple(known.get(month) or Spot(month, why) for month in months)
    here = shown[-1]
    by_month = {one.month: one for one in shown}
    return Line(
        item,
        here,
        shown,
        _difference(here, by_month.get(shifted(here.month, -1))),
        _difference(here, by_month.get(shifted(here.month, -12))),
        _stretch(window) if here.state in ("suppressed", "no_data") else None,
        missing,
        _day(became, "first_full_month"),
    )


def as_of_state(became: Mapping[Any, Any] | None) -> date | None:
    """The last whole day that an indicator's sources have delivered."""
    return _day(became, "as_of")


def _day(became: Mapping[Any, Any] | None, name: str) -> date | None:
    if became is None or pd.isna(became[name]):
        return None
    return pd.Timestamp(became[name]).date()


def _difference(here: Spot, before: Spot | None) -> float | None:
    if before is None or not here.is_compared or not before.is_compared:
        return None
    assert here.value is not None and before.value is not None
    return here.value - before.value


def _stretch(window: Mapping[Any, Any] | None) -> Stretch | None:
    if window is None or pd.isna(window["value"]):
        return None
    return Stretch(int(window["window_months"]), float(window["value"]), int(window["sample_size"]))


def order(values: Iterable[Line], key: Literal["domain", "dimension"]) -> list[Line]:
    """The lines of one group after another, groups in the order in which they first appear."""
    held = list(values)
    groups = list(dict.fromkeys(getattr(one.item, key) for one in held))
    return sorted(held, key=lambda one: groups.index(getattr(one.item, key)))
