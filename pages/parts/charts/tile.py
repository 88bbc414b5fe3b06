"""The small picture of a small multiple, as an SVG image: a page may show thirty of them, at any width.

All pictures of one set share `top`, the count that fills the height. It must not fetch, and holds no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from pages.parts import theme
from pages.parts.charts import svg
from pages.parts.monthly import Point

WIDTH, HEIGHT = 240, 48
_GAP = 0.3
_OUTLINE = f" stroke='{theme.ORDINARY}' vector-effect='non-scaling-stroke'"


def bars(points: Sequence[Point], chosen: date, top: int, label: str) -> str:
    """The picture as an HTML image, which fills whatever room it is given."""
    return f'<img class="tile-picture" alt="{escape(label)}" src="{source(points, chosen, top)}">'


def source(points: Sequence[Point], chosen: date, top: int) -> str:
    """One bar a month: the chosen one dark, a partial one hollow, a month without data an empty track."""
    step = WIDTH / max(len(points), 1)
    shapes = [_bar(point, index * step, step * (1 - _GAP), chosen, top) for index, point in enumerate(points)]
    ground = svg.path([(0, HEIGHT - 0.5), (WIDTH, HEIGHT - 0.5)], theme.LINE)
    return svg.source(WIDTH, HEIGHT, [*shapes, ground], stretches=True)


def _bar(point: Point, x: float, width: float, chosen: date, top: int) -> str:
    if point.count is None:
        return _rectangle(x, 0, width, HEIGHT, theme.TRACK)
    height = (HEIGHT - 2) * point.count / top if top else 0
    if point.state == "partial":
        return _rectangle(x, HEIGHT - height, width, height, theme.PANEL, _OUTLINE)
    colour = theme.INK if point.month == chosen else theme.ORDINARY
    return _rectangle(x, HEIGHT - height, width, height, colour)


def _rectangle(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{max(height, 0):.1f}' fill='{fill}'{more}/>"
