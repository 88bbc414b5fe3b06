"""What the cells of a unit amount to: how full they are, how long the queue would wait, and what another capacity does.

Small sums over cells that were read; what is expected is a share seen in the past, and said to be so. It must not read
or draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pages.parts import monthly

Fullness = Literal["roomy", "filling", "nearly", "full", "over", "unknown"]
STEPS: tuple[tuple[float, Fullness], ...] = ((0.7, "roomy"), (0.9, "filling"), (1.0, "nearly"))
AHEAD, BACK = 24, 24
"""Months of the forecast and of the history."""
_POINT = re.compile(r"(-?[\d.]+) (-?[\d.]+)")
_RING = re.compile(r"\(([^()]+)\)")
Place = tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """One market cell as it is now; `rings` are its boundary, empty where none was delivered."""

    id: str
    unit_id: str
    name: str
    kind: str | None
    capacity: int | None
    occupied: int
    queued: int
    is_restricted: bool
    centre: Place | None
    rings: tuple[tuple[Place, ...], ...] = ()

    @property
    def remaining(self) -> int | None:
        """The places left; below none where there are more outlets than places."""
        return None if self.capacity is None else self.capacity - self.occupied

    @property
    def share(self) -> float | None:
        """The part of the capacity that is taken."""
        return self.occupied / self.capacity if self.capacity else None

    @property
    def fullness(self) -> Fullness:
        """Full is a cell whose holders and queue make up its capacity: what is left belongs to those who queue."""
        if self.capacity is None:
            return "unknown"
        if self.occupied > self.capacity:
            return "over"
        if self.occupied + self.queued >= self.capacity:
            return "full"
        return next(name for limit, name in STEPS if self.occupied < limit * self.capacity)


@dataclass(frozen=True)
class Total:
    """Several cells together; `share` is the part that is taken of the capacity of those where it is known."""

    cells: int
    capacity: int
    occupied: int
    remaining: int
    queued: int
    full: int
    over: int
    share: float | None


@dataclass(frozen=True)
class Trial:
    """What another capacity would do: places, of the queue served and left, cells over it and by how many outlets."""

    capacity: int
    served: int
    waiting: int
    over: int
    excess: int


def cells(rows: Iterable[Mapping[str, Any]]) -> list[Cell]:
    """The cells of a read."""
    return [
        Cell(
            one["cell_id"], one["unit_id"], one["name"] or one["cell_id"], one["cell_kind"], one["capacity"],
            one["occupied"] or 0, one["queued"] or 0, bool(one["is_restricted"]),
            None if one["longitude"] is None or one["latitude"] is None else (one["longitude"], one["latitude"]),
            rings(one["boundary"]),
        )
        for one in rows
    ]  # fmt: skip


def rings(boundary: str | None) -> tuple[tuple[Place, ...], ...]:
    """The rings of a polygon or multipolygon as text."""
    return tuple(
        tuple((float(x), float(y)) for x, y in _POINT.findall(ring)) for ring in _RING.findall(boundary or "")
    )


def total(held: Sequence[Cell]) -> Total:
    """The cells together; a cell of unknown capacity counts its outlets only."""
    capacity = sum(one.capacity or 0 for one in held)
    taken = sum(one.occupied for one in held if one.capacity is not None)
    return Total(
        len(held),
        capacity,
        sum(one.occupied for one in held),
        sum(max(one.remaining or 0, 0) for one in held),
        sum(one.queued for one in held),
        sum(one.fullness == "full" for one in held),
        sum(one.fullness == "over" for one in held),
        taken / capacity if capacity else None,
    )


def tried(held: Sequence[Cell], percent: int) -> Trial:
    """The cells with their capacity changed by so many per cent, the queue of each served from its own places."""
    known = [(one, round(one.capacity * (100 + percent) / 100)) for one in held if one.capacity is not None]
    served = sum(min(one.queued, max(places - one.occupied, 0)) for one, places in known)
    excess = [max(one.occupied - places, 0) for one, places in known]
    return Trial(
        sum(places for _, places in known),
        served,
        sum(one.queued for one in held) - served,
        sum(one > 0 for one in excess),
        sum(excess),
    )


def ahead(day: date) -> list[date]:
    """The months of the forecast after a day."""
    return monthly.span(monthly.shifted(day.replace(day=1), AHEAD), AHEAD)


def behind(day: date) -> list[date]:
    """The months of the history up to a day."""
    return monthly.span(day.replace(day=1), BACK)


def leaving(counts: Mapping[str, int]) -> float | None:
    """The share of retailers that left when their licence ran out; None where none ran out."""
    return 1 - counts["kept_on"] / counts["ran_out"] if counts["ran_out"] else None


def exits(expiring: Sequence[int], share: float | None) -> list[float] | None:
    """How many are expected to leave in each month."""
    return None if share is None else [share * count for count in expiring]


def wait(queued: int, remaining: int, expected: Sequence[float] | None) -> int | None:
    """After how many months the places left and those expected reach the end of the queue; None beyond the forecast.

    Where there are more outlets than places, those who leave first make up for that.
    """
    if queued <= max(remaining, 0):
        return 0
    places = float(remaining)
    for month, count in enumerate(expected or (), 1):
        places += count
        if places >= queued:
            return month
    return None
