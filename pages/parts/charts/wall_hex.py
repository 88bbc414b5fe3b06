"""Market cells as a schematic honeycomb, as large walls show it: parts, their names, queues and restrictions.

It must not decide what a cell's colour means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pages.parts.charts import wall_shapes as svg
from pages.parts.charts.hexagons import Honeycomb, Place, arranged

_SHIFTS = (0, -35, 35, -70, 70)
"""How far a name may be moved up or down from the middle of its unit, so that no two overlap; else it is left out."""
_BORDER = 0.24
"""How wide the channel between two parts is, of a cell's radius."""
_NEIGHBOURS = ((0, 1), (1, 0), (1, -1))


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
    comb = arranged(tuple(_position(one) for one in cells), width, height)
    given = dict(zip(comb.places, cells, strict=True))
    looks: dict[str, list[list[svg.Point]]] = {}
    for place, cell in given.items():
        looks.setdefault(cell.look, []).append(comb.corners(place, 0.93))
    shapes = [svg.paths(runs, f"f-{look}", closed=True) for look, runs in sorted(looks.items())]
    if names:
        edges = svg.paths(_borders(given, comb), "s-border")
        shapes.append(f'<g stroke-width="{comb.radius * _BORDER:.1f}">{edges}</g>')
    for place, cell in given.items() if names else ():
        if cell.is_restricted:
            shapes.append(svg.path(comb.corners(place, 0.62), "s-restricted", closed=True))
        if cell.is_queued:
            shapes.append(svg.dot(comb.centre(place), max(comb.radius * 0.2, 2), "f-queue"))
    if names:
        shapes += _labels(given, names, comb)
    return svg.picture(width, height, shapes)


def _position(cell: Cell) -> svg.Point | None:
    return None if cell.east is None or cell.north is None else (cell.east, cell.north)


def _borders(given: Mapping[Place, Cell], comb: Honeycomb) -> list[list[svg.Point]]:
    """The edges between cells of different parts."""
    found = []
    for (row, column), cell in given.items():
        for down, right in _NEIGHBOURS:
            other = given.get((row + down, column + right))
            if other is None or other.part == cell.part:
                continue
            here, there = comb.centre((row, column)), comb.centre((row + down, column + right))
            middle = ((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
            along = ((there[1] - here[1]) / math.sqrt(3) / 2, -(there[0] - here[0]) / math.sqrt(3) / 2)
            found.append(
                [(middle[0] - along[0], middle[1] - along[1]), (middle[0] + along[0], middle[1] + along[1])]
            )
    return found


def _labels(given: Mapping[Place, Cell], names: Mapping[str, str], comb: Honeycomb) -> list[str]:
    """The name of each part in the middle of its cells, on a ground of its own."""
    members: dict[str, list[svg.Point]] = {}
    for place, cell in given.items():
        members.setdefault(cell.part, []).append(comb.centre(place))
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
