"""A share as a bar on a track, its target as a gold tick; counts of a funnel as plain bars.

It must not read and holds no words.
"""

from __future__ import annotations

from pages.parts.charts import wall_shapes as svg


def bar(value: float | None, target: float | None, tone: str, width: float, height: float) -> str:
    """A share from 0 to 1; an empty track without one."""
    middle, place = height / 2, svg.Scale(0, 1, 0, width - 4)
    shapes = [svg.bar(0, middle - 5, width - 4, 10, "f-track", 5)]
    if value is not None and value > 0:
        shapes.append(svg.bar(0, middle - 5, max(place.at(value), 10), 10, f"f-{tone}", 5))
    if target is not None:
        at = max(place.at(target), 1.5)
        shapes.append(svg.line((at, middle - 10), (at, middle + 10), "s-target w3"))
    return svg.picture(width, height, shapes)
