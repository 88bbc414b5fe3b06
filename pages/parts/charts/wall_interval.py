"""A score on the line from 0 to 100: a dot, its interval as a bar, peers as small ticks below.

It must not rank and holds no words.
"""

from __future__ import annotations

from collections.abc import Sequence

from pages.parts.charts import wall_shapes as svg

GRID = (0, 25, 50, 75, 100)
CROWD = 30
"""The ticks of more peers than this are thin."""


def scale(width: float) -> svg.Scale:
    return svg.Scale(0, 100, 10, width - 10)


def interval(
    score: float | None,
    low: float | None,
    high: float | None,
    peers: Sequence[float],
    width: float,
    height: float,
    *,
    is_concerning: bool = False,
) -> str:
    """The picture of one score; without one, an empty track with its peers."""
    place = scale(width)
    middle = height / 2
    shapes = [svg.line((place.at(one), 0), (place.at(one), height), "s-line w1") for one in GRID]
    tone = "concerning" if is_concerning else "improving"
    if score is None:
        shapes.append(svg.bar(10, middle - 5, width - 20, 10, "f-track", 5))
    else:
        begin, end = place.at(score if low is None else low), place.at(score if high is None else high)
        shapes.append(svg.bar(begin - 6, middle - 7, end - begin + 12, 14, f"f-{tone} pale", 7))
        shapes.append(svg.dot((place.at(score), middle), 8, f"f-{tone}"))
    ticks = [[(place.at(one), middle + 10), (place.at(one), middle + 17)] for one in peers]
    shapes.append(svg.paths(ticks, "s-faint w2" if len(peers) <= CROWD else "s-faint w1"))
    return svg.picture(width, height, shapes)


def spread(scores: Sequence[float], width: float, height: float) -> str:
    """Many scores on one line; an empty track without any."""
    place, middle = scale(width), height / 2
    shapes = [svg.line((place.at(one), 0), (place.at(one), height), "s-line w1") for one in GRID]
    if not scores:
        shapes.append(svg.bar(10, middle - 5, width - 20, 10, "f-track", 5))
    shapes += [svg.dot((place.at(one), middle), 6, "f-improving see-through") for one in scores]
    return svg.picture(width, height, shapes)


def places(low: int, high: int, count: int, width: float, height: float) -> str:
    """Which of so many places, the first at the left, something may have: ordinary, since a range judges nobody."""
    each, middle = width / count, height / 2
    held = svg.bar(each * (low - 1), middle - 5, each * (high - low + 1), 10, "f-ordinary", 5)
    return svg.picture(width, height, [svg.bar(0, middle - 5, width, 10, "f-track", 5), held])


def axis(width: float) -> str:
    """The scale under a column of scores."""
    place = scale(width)
    looks = {0: "t-axis start", 100: "t-axis end"}
    marks = [
        svg.text((place.at(one) + {0: -10, 100: 10}.get(one, 0), 17), str(one), looks.get(one, "t-axis mid"))
        for one in GRID
    ]
    return svg.picture(width, 22, marks)
