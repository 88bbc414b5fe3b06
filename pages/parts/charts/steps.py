"""A step against its standard: a dot at the median, a bar to the 90th percentile, a tick at the limit.

And where the time of a process went: one bar, a part a step. All pictures of a process share one scale. It must not
fetch, and holds no words.
"""

from __future__ import annotations

from collections.abc import Sequence

from pages.parts import theme
from pages.parts.charts import svg

WIDTH, HEIGHT = 280, 26
_EDGE = 8.0
_SHADES = (theme.SHADE, theme.ORDINARY, theme.ORDINARY_PALE)


def step(median: float | None, ninth: float | None, limit: float | None, longest: float) -> str:
    """The address of the picture of one step; `longest` days fill it. An empty track where nothing is known."""
    middle = HEIGHT / 2

    def x(days: float) -> float:
        return _EDGE + (WIDTH - 2 * _EDGE) * min(max(days, 0.0) / longest, 1.0)

    track = f"<rect x='{_EDGE}' y='{middle - 5}' width='{WIDTH - 2 * _EDGE}' height='10' rx='2'"
    if median is None or not longest:
        return svg.source(WIDTH, HEIGHT, [f"{track} fill='{theme.PANEL}' stroke='{theme.LINE}'/>"])
    shapes = [f"{track} fill='{theme.TRACK}'/>"]
    if ninth is not None:
        wide = max(x(ninth) - x(median), 0)
        shapes.append(
            f"<rect x='{x(median):.1f}' y='{middle - 5}' width='{wide:.1f}' height='10' fill='{theme.ORDINARY_PALE}'/>"
        )
        shapes.append(svg.path([(x(ninth), middle - 5), (x(ninth), middle + 5)], theme.ORDINARY, 1.4))
    shapes.append(svg.dots([(x(median), middle)], theme.SHADE, 10))
    if limit is not None:
        shapes.append(svg.path([(x(limit), 2), (x(limit), HEIGHT - 2)], theme.TARGET, 3))
    return svg.source(WIDTH, HEIGHT, shapes)


def parts(shares: Sequence[float], width: int = 900, height: int = 30) -> str:
    """The address of one bar whose parts are these shares of the whole, in shades that take turns."""
    shapes, begun = [], 0.0
    for index, share in enumerate(shares):
        wide = max(share * width - 2, 0.5)
        shapes.append(
            f"<rect x='{begun:.1f}' y='0' width='{wide:.1f}' height='{height}' rx='2'"
            f" fill='{_SHADES[index % len(_SHADES)]}'/>"
        )
        begun += share * width
    return svg.source(width, height, shapes, stretches=True)
