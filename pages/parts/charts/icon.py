"""The icon of a variation: four dots that go up, down, or to and fro. Shape says what colour repeats.

It must not decide anything.
"""

from __future__ import annotations

from functools import cache

from pages.parts import theme
from pages.parts.charts import svg
from pages.parts.judged import Variation, Way

WIDTH, HEIGHT = 44, 26
_COLOURS: dict[Variation, str] = {
    "improving": theme.IMPROVING,
    "concerning": theme.CONCERNING,
    "neutral": theme.SOFT,
    "common": theme.ORDINARY,
}
_HEIGHTS: dict[Way, tuple[float, ...]] = {
    "up": (21, 17.5, 11, 5),
    "down": (5, 8.5, 15, 21),
    "level": (16, 8, 18, 11),
}


@cache
def variation(kind: Variation, way: Way) -> str:
    """The address of the icon; empty where nothing can be said."""
    if kind not in _COLOURS:
        return ""
    places = [(5 + 11 * index, height) for index, height in enumerate(_HEIGHTS[way])]
    return svg.source(
        WIDTH, HEIGHT, [svg.path(places, _COLOURS[kind], 2), svg.dots(places, _COLOURS[kind], 6)]
    )
