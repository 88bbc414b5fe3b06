"""The line of an indicator in a row: months, the band of usual variation, the target, and points at which a rule fired.

A month with too few is a hollow dot at the foot, one without data an empty track, one of which the source has not
spoken yet a broken track. It must not fetch, and holds no words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from pages.parts import theme
from pages.parts.charts import svg
from pages.parts.judged import Spot

WIDTH, HEIGHT = 300, 46
_EDGE, _FOOT = 6.0, 5.0
_COLOURS = {"improving": theme.IMPROVING, "concerning": theme.CONCERNING}
_TRACKS = {"no_data": "", "not_computable": "", "by_cell": "", "stale": " stroke-dasharray='2 2'"}


@dataclass(frozen=True)
class _Scale:
    """Where a month and a number stand in the picture."""

    first: date
    step: float
    low: float
    high: float

    def x(self, month: date) -> float:
        return _EDGE + self.step * ((month.year - self.first.year) * 12 + month.month - self.first.month)

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return HEIGHT - _FOOT - share * (HEIGHT - 2 * _FOOT)


def line(spots: Sequence[Spot], target: float | None) -> str:
    """The address of the picture of these months."""
    step = (WIDTH - 2 * _EDGE) / max(len(spots) - 1, 1)
    scale = _Scale(spots[0].month, step, *_range(spots, target))
    points = [(scale.x(one.month), scale.y(one.value)) for one in spots if one.value is not None]
    aim = [] if target is None or not points else [(_EDGE, scale.y(target)), (WIDTH - _EDGE, scale.y(target))]
    few = [(scale.x(one.month), HEIGHT - _FOOT) for one in spots if one.state == "suppressed"]
    centre = [(scale.x(one.month), scale.y(one.centre)) for one in spots if one.centre is not None]
    fired = [one for one in spots if one.signal and one.value is not None]
    shapes = [
        *(svg.area(_band(run, scale), theme.TRACK) for run in _runs(spots, _has_limits)),
        *(_track(run, scale) for run in _tracks(spots)),
        svg.path(centre, theme.ORDINARY_PALE, 1.2, " stroke-dasharray='2 3'"),
        svg.path(aim, theme.TARGET, 1.6),
        *(svg.path(_points(run, scale), theme.FAINT, 1.2) for run in _runs(spots, _has_value)),
        svg.dots(points, theme.FAINT, 3.6),
        svg.rings(few, theme.ORDINARY, theme.PANEL, 4.4),
        *(svg.dots(_points([one], scale), _COLOURS.get(one.variation, theme.SOFT), 6.4) for one in fired),
    ]
    return svg.source(WIDTH, HEIGHT, shapes)


def _range(spots: Sequence[Spot], target: float | None) -> tuple[float, float]:
    """From the least to the largest number; limits widen it by half at most, so that a line stays a line."""
    values = [one.value for one in spots if one.value is not None]
    if target is not None and values:
        values.append(target)
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = max(high - low, abs(high) * 0.01, 1e-6) / 2
    limits = [one for spot in spots for one in (spot.lower, spot.upper) if one is not None]
    return max(min([low, *limits]), low - room), min(max([high, *limits]), high + room) + 1e-9


def _has_value(spot: Spot) -> bool:
    return spot.value is not None


def _has_limits(spot: Spot) -> bool:
    return spot.lower is not None and spot.upper is not None


def _runs(spots: Sequence[Spot], has: Callable[[Spot], bool]) -> list[list[Spot]]:
    """The stretches of months that have something."""
    return [list(run) for holds, run in groupby(spots, has) if holds]


def _points(run: Sequence[Spot], scale: _Scale) -> list[svg.Place]:
    return [(scale.x(one.month), scale.y(one.value)) for one in run if one.value is not None]


def _band(run: Sequence[Spot], scale: _Scale) -> list[svg.Place]:
    """The shape between the limits, a step a month."""
    sides = (-scale.step / 2, scale.step / 2)
    upper = [(scale.x(one.month) + side, scale.y(one.upper or 0)) for one in run for side in sides]
    lower = [(scale.x(one.month) + side, scale.y(one.lower or 0)) for one in run for side in sides]
    return upper + lower[::-1]


def _tracks(spots: Sequence[Spot]) -> list[list[Spot]]:
    """The stretches of months of which nothing is known, for one reason each."""
    return [list(run) for state, run in groupby(spots, lambda one: one.state) if state in _TRACKS]


def _track(run: Sequence[Spot], scale: _Scale) -> str:
    x, width = scale.x(run[0].month) - 3, scale.x(run[-1].month) - scale.x(run[0].month) + 6
    return (
        f"<rect x='{x:.1f}' y='{_FOOT}' width='{width:.1f}' height='{HEIGHT - 2 * _FOOT}' rx='2'"
        f" fill='{theme.PANEL}' stroke='{theme.LINE}'{_TRACKS[run[0].state]}/>"
    )
