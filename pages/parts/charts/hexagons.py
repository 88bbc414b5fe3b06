"""Things laid out as a honeycomb: neighbours stay neighbours, everything is as large, no base map is needed.

Places are given out by halving: the half of the things that lies west (or, where a position is not known, comes first)
gets the western half of the places, and so on. It knows neither what lies there nor how it is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LARGEST_RADIUS = 76.0
_ROUND = 2.8
"""The outline is a superellipse of this power: rounder than the panel, fuller than an ellipse."""
_TRIMMED = 1.9
"""What is too many is taken off where this rounder outline is left: at the corners, so that no place stands alone."""
_SHORTEST = 3
"""No row is shorter than this part of the longest."""
_STEPS = 40
Place = tuple[int, int]
Point = tuple[float, float]


@dataclass(frozen=True)
class Honeycomb:
    """The place of each thing, in the order in which they were given; y runs downwards."""

    places: tuple[Place, ...]
    radius: float
    width: float
    height: float

    def centre(self, place: Place) -> Point:
        return _centre(place, self.radius, self.width, self.height)

    def corners(self, place: Place, share: float = 1.0) -> list[Point]:
        """The corners of a place, drawn in to this share of its radius."""
        x, y = self.centre(place)
        radius = self.radius * share
        turns = [math.pi / 3 * corner for corner in range(6)]
        return [(x + radius * math.sin(turn), y - radius * math.cos(turn)) for turn in turns]


@lru_cache(maxsize=16)
def arranged(positions: tuple[Point | None, ...], width: float, height: float) -> Honeycomb:
    """Things by where they lie, east and north, in a room of this size; in their order where not all of them say so."""
    radius, places = _places(len(positions), width, height)
    return Honeycomb(tuple(_given(positions, places)), radius, width, height)


def _places(count: int, width: float, height: float) -> tuple[float, list[Place]]:
    """The largest radius at which so many fit within the outline, and the innermost places."""
    small, large = 1.0, LARGEST_RADIUS
    for _ in range(_STEPS):
        middle = (small + large) / 2
        if len(_within(middle, width, height, 1.0)) >= count:
            small = middle
        else:
            large = middle
    found = _within(small, width, height, 1.0)
    found.sort(key=lambda place: _reach(_centre(place, small, width, height), width, height, small, _TRIMMED))
    return small, found[:count]


def _within(radius: float, width: float, height: float, reach: float) -> list[Place]:
    """The places within the outline; a row that would hold only a few of them stays empty."""
    rows, columns = int(height / radius / 3) + 1, int(width / radius / math.sqrt(3) / 2) + 1
    found = [
        [
            (row, column)
            for column in range(-columns - abs(row), columns + abs(row) + 1)
            if _reach(_centre((row, column), radius, width, height), width, height, radius) <= reach
        ]
        for row in range(-rows, rows + 1)
    ]
    longest = max(map(len, found))
    return [place for row in found if len(row) >= longest / _SHORTEST for place in row]


def _centre(place: Place, radius: float, width: float, height: float) -> Point:
    row, column = place
    return (
        width / 2 + radius * math.sqrt(3) * (column + row / 2),
        height / 2 + radius * 1.5 * row,
    )


def _reach(at: Point, width: float, height: float, radius: float, power: float = _ROUND) -> float:
    """How far out a place lies: 1 on the outline."""
    across = abs(at[0] - width / 2) / max(width / 2 - radius, 1)
    up = abs(at[1] - height / 2) / max(height / 2 - radius, 1)
    return float(across**power + up**power)


def _given(positions: Sequence[Point | None], places: Sequence[Place]) -> list[Place]:
    """Which place each gets."""
    known = [one for one in positions if one is not None]
    is_known = len(known) == len(positions)
    result: list[Place] = [(0, 0)] * len(positions)
    waiting = [(list(range(len(positions))), list(places))] if positions else []
    while waiting:
        some, there = waiting.pop()
        if len(some) == 1:
            result[some[0]] = there[0]
            continue
        columns = [column + row / 2 for row, column in there]
        rows = [row * 0.87 for row, _ in there]
        sideways = max(columns) - min(columns) >= max(rows) - min(rows)
        there.sort(key=lambda place: place[1] + place[0] / 2 if sideways else place[0])
        if is_known:
            some = sorted(some, key=lambda at: known[at][0] if sideways else -known[at][1])
        half = len(some) // 2
        waiting += [(some[:half], there[:half]), (some[half:], there[half:])]
    return result
