"""The icons of variation and assurance, after the NHS: what a line has been doing, and whether it reaches its target.

Their shape says what their colour says. They hold no words and must not judge.
"""

from __future__ import annotations

from pages.parts.charts import wall_shapes as svg
from pages.parts.judged import Assurance, Variation, Way

WIDTH, HEIGHT = 58, 30

_LEVEL = (17.0, 10.0, 19.0, 9.0, 15.0)
_RISING = (24.0, 20.0, 16.5, 10.0, 5.0)
_STEP = (WIDTH - 14) / 4
_SHIFT: dict[Assurance, tuple[float, float, str]] = {
    "meets": (9, 3, "s-improving"),
    "misses": (-9, 3, "s-concerning"),
    "varies": (0, 9, "s-ordinary"),
}
"""How far the usual movement lies on the good side of the target, how far it swings, its look."""


def variation(kind: Variation, way: Way) -> str:
    """Five points: to and fro where only chance moves them; else climbing or falling, the last ones coloured."""
    if kind == "unknown":
        return ""
    heights = {"level": _LEVEL, "up": _RISING, "down": _RISING[::-1]}[way]
    points = [(7 + index * _STEP, height) for index, height in enumerate(heights)]
    shapes = [svg.path(points, "s-ordinary w3")]
    plain = 3 if kind in ("improving", "concerning") else 5
    if plain < len(points):
        shapes.append(svg.path(points[plain - 1 :], f"s-{kind} w3"))
    for index, point in enumerate(points):
        look = "ring-ordinary" if kind == "neutral" else "f-ordinary" if index < plain else f"f-{kind}"
        shapes.append(svg.dot(point, 4, look))
    return svg.picture(WIDTH, HEIGHT, shapes)


def assurance(kind: Assurance, *, is_higher_better: bool) -> str:
    """The target as a line, and the usual movement on its good side, on its bad side, or across it."""
    if kind not in _SHIFT:
        return ""
    middle = HEIGHT / 2
    shift, swing, look = _SHIFT[kind]
    sides = -shift if is_higher_better else shift
    wave = [
        (7 + index * _STEP, middle + sides + side * swing) for index, side in enumerate((1, -1, 1, -1, 1))
    ]
    target = svg.line((3, middle), (WIDTH - 3, middle), "s-target w3")
    return svg.picture(WIDTH, HEIGHT, [target, svg.path(wave, f"{look} w3")])
