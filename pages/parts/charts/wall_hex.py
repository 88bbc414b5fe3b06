"""Market cells as a schematic honeycomb: neighbours stay neighbours, no base map is needed, every cell is as large.

Places are given out by halving: the half of the cells that lies west (or, in the order of their units, first) gets
the western half of the places, and so on. It must not decide what a cell's colour means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pages.parts.charts import wall_shapes as svg

LARGEST_RADIUS = 76.0
_ROUND = 2.8
"""The outline is a superellipse of this power: rounder than the panel, fuller than an ellipse."""
_TRIMMED = 1.9
"""What is too many is taken off where this rounder outline is left: at the corners, so that no place stands alone."""
_SHORTEST = 3
"""No row is shorter than this part of the longest."""
_STEPS = 40
_SHIFTS = (0, -35, 35, -70, 70)
"""How far a name may be moved up or down from the middle of its unit, so that no two overlap; else it is left out."""
_NEIGHBOURS = ((0, 1), (1, 0), (1, -1))
Place = tuple[int, int]


@dataclass(frozen=True)
class Cell:
    """One cell: to which part it belongs, its look, where it lies where that is known, and what is marked on it."""

    part: str
    look: str
    east: float | None = None
    north: float | None = None
    is_queued: bool = False
    is_restricted: bool = False


def honeycomb(cells: Sequence[Cell], names: Mapping[str, str], width: float, height: float) -> str:
    """The map; with names the large one: a line between parts, marks for a queue or a restriction."""
    if not cells:
        return svg.picture(width, height, [svg.bar(0, height / 2 - 5, width, 10, "f-track", 5)])
    radius, places = _places(len(cells), width, height)
    given = _given(cells, places)
    looks: dict[str, list[list[svg.Point]]] = {}
    for place, cell in given.items():
        centre = _centre(place, radius, width, height)
        looks.setdefault(cell.look, []).append(_corners(centre, radius * 0.93))
    shapes = [svg.paths(runs, f"f-{look}", closed=True) for look, runs in sorted(looks.items())]
    for place, cell in given.items() if names else ():
        centre = _centre(place, radius, width, height)
        if cell.is_restricted:
            shapes.append(svg.path(_corners(centre, radius * 0.62), "s-restricted", closed=True))
        if cell.is_queued:
            shapes.append(svg.dot(centre, max(radius * 0.2, 2), "f-queue"))
    if names:
        shapes.append(svg.paths(_borders(given, radius, width, height), "s-border"))
        shapes += _labels(given, names, radius, width, height)
    return svg.picture(width, height, shapes)


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


def _centre(place: Place, radius: float, width: float, height: float) -> svg.Point:
    row, column = place
    return (
        width / 2 + radius * math.sqrt(3) * (column + row / 2),
        height / 2 + radius * 1.5 * row,
    )


def _reach(at: svg.Point, width: float, height: float, radius: float, power: float = _ROUND) -> float:
    """How far out a place lies: 1 on the outline."""
    across = abs(at[0] - width / 2) / max(width / 2 - radius, 1)
    up = abs(at[1] - height / 2) / max(height / 2 - radius, 1)
    return float(across**power + up**power)


def _given(cells: Sequence[Cell], places: Sequence[Place]) -> dict[Place, Cell]:
    """Which cell stands at which place."""
    order = list(range(len(cells)))
    known = all(cell.east is not None and cell.north is not None for cell in cells)
    result: dict[Place, Cell] = {}
    waiting = [(order, list(places))]
    while waiting:
        some, there = waiting.pop()
        if len(some) == 1:
            result[there[0]] = cells[some[0]]
            continue
        columns = [column + row / 2 for row, column in there]
        rows = [row * 0.87 for row, _ in there]
        sideways = max(columns) - min(columns) >= max(rows) - min(rows)
        there.sort(key=lambda place: place[1] + place[0] / 2 if sideways else place[0])
        if known:
            some = sorted(some, key=lambda at: cells[at].east or 0 if sideways else -(cells[at].north or 0))
        half = len(some) // 2
        waiting += [(some[:half], there[:half]), (some[half:], there[half:])]
    return result


def _corners(centre: svg.Point, radius: float) -> list[svg.Point]:
    return [
        (
            centre[0] + radius * math.sin(math.pi / 3 * corner),
            centre[1] - radius * math.cos(math.pi / 3 * corner),
        )
        for corner in range(6)
    ]


def _borders(
    given: Mapping[Place, Cell], radius: float, width: float, height: float
) -> list[list[svg.Point]]:
    """The edges between cells of different parts."""
    found = []
    for (row, column), cell in given.items():
        for down, right in _NEIGHBOURS:
            other = given.get((row + down, column + right))
            if other is None or other.part == cell.part:
                continue
            here = _centre((row, column), radius, width, height)
            there = _centre((row + down, column + right), radius, width, height)
            middle = ((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
            along = ((there[1] - here[1]) / math.sqrt(3) / 2, -(there[0] - here[0]) / math.sqrt(3) / 2)
            found.append(
                [(middle[0] - along[0], middle[1] - along[1]), (middle[0] + along[0], middle[1] + along[1])]
            )
    return found


def _labels(
    given: Mapping[Place, Cell], names: Mapping[str, str], radius: float, width: float, height: float
) -> list[str]:
    """The name of each part in the middle of its cells, on a ground of its own."""
    members: dict[str, list[svg.Point]] = {}
    for place, cell in given.items():
        members.setdefault(cell.part, []).append(_centre(place, radius, width, height))
    shapes: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for part, name in names.items():
        points = members.get(part, [])
        wide = svg.text_width(name, 18) + 20
        for shift in _SHIFTS if points else ():
            x, y = (sum(point[side] for point in points) / len(points) for side in (0, 1))
            y += shift
            if all(abs(x - at) > (wide + other) / 2 or abs(y - line) > 33 for at, line, other in taken):
                taken.append((x, y, wide))
                shapes.append(svg.bar(x - wide / 2, y - 16, wide, 32, "f-label", 16))
                shapes.append(svg.text((x, y + 6.5), name, "t-label mid"))
                break
    return shapes
