"""A step of a process against its standard: median as a dot, the slow tenth as the end of the bar, limit as a tick.

The steps of one process share an axis of days. It must not read and holds no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pages.parts.charts import wall_shapes as svg

_EDGE = 16


@dataclass(frozen=True)
class Step:
    """The days that one step took, and those that it may take; None where they are not known or not limited."""

    median: float | None
    slow: float | None
    limit: float | None
    is_jammed: bool
    is_whole: bool = False


def scale(longest: float, width: float) -> svg.Scale:
    return svg.Scale(0, longest, _EDGE / 2, width - _EDGE)


def axis(place: svg.Scale, days: Sequence[int], width: float) -> str:
    """The days over a process."""
    marks = [svg.text((place.at(one), 19), str(one), "t-axis mid") for one in days]
    return svg.picture(width, 24, marks)


def step(one: Step, days: Sequence[int], width: float, height: float) -> str:
    """The picture of one step; an empty track where nothing is known."""
    middle, thick = height / 2, 14 if one.is_whole else 10
    place = scale(days[-1], width)
    shapes = [svg.line((place.at(day), 0), (place.at(day), height), "s-line w1") for day in days]
    tone = "concerning" if one.is_jammed else "improving"
    if one.median is None or one.slow is None:
        track = svg.bar(place.start, middle - thick / 2, place.end - place.start, thick, "f-track", thick / 2)
        shapes.append(track)
    else:
        begin, end = place.at(0) - thick / 2, place.at(one.slow) + thick / 2
        shapes.append(svg.bar(begin, middle - thick / 2, end - begin, thick, f"f-{tone} pale", thick / 2))
        if one.slow > days[-1]:
            tip = [(width - 9, middle - 7), (width - 1, middle), (width - 9, middle + 7)]
            shapes.append(svg.path(tip, f"f-{tone}", closed=True))
        shapes.append(svg.dot((place.at(one.median), middle), 9 if one.is_whole else 7.5, f"f-{tone}"))
    if one.limit is not None:
        tick = place.at(one.limit)
        shapes.append(svg.line((tick, middle - 14), (tick, middle + 14), "s-target w3"))
    return svg.picture(width, height, shapes)
