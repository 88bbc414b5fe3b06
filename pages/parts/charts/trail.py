"""What a score was, month end by month end: its line within the band of its interval, as a small picture.

All pictures of one subject share a scale, so that they can be compared. A month end without a score leaves a gap and
is never 0. It must not fetch, and holds no words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pages.parts import theme
from pages.parts.charts import svg

WIDTH, HEIGHT = 240, 84
FULL = 100.0
_EDGE, _STEP = 7.0, 20.0


@dataclass(frozen=True)
class End:
    """The score of one month end and its interval; None where there is none."""

    score: float | None
    lower: float | None
    upper: float | None


def least(trails: Sequence[Sequence[End]]) -> float:
    """Where the common scale begins: at a round number below everything that is drawn."""
    drawn = [one for trail in trails for end in trail for one in (end.score, end.lower) if one is not None]
    return max(0.0, min((min(drawn, default=0.0) // _STEP) * _STEP, FULL - _STEP))


def trail(ends: Sequence[End], low: float) -> str:
    """The address of the picture of these month ends, the last one marked; the scale goes from `low` to 100."""
    step = (WIDTH - 2 * _EDGE) / max(len(ends) - 1, 1)

    def place(number: int, value: float) -> svg.Place:
        return _EDGE + number * step, HEIGHT - _EDGE - (value - low) / (FULL - low) * (HEIGHT - 2 * _EDGE)

    shapes = [svg.path([place(0, at), place(len(ends) - 1, at)], theme.LINE, 1) for at in (low, FULL)]
    for has_score, run in groupby(enumerate(ends), lambda one: one[1].score is not None):
        if has_score:
            shapes += _run([(number, end) for number, end in run], place)
    known = [(number, end.score) for number, end in enumerate(ends) if end.score is not None]
    shapes.append(svg.dots([place(*one) for one in known], theme.SOFT, 4))
    if known and known[-1][0] == len(ends) - 1:
        shapes.append(svg.dots([place(*known[-1])], theme.INK, 10))
    return svg.source(WIDTH, HEIGHT, shapes)


def _run(run: Sequence[tuple[int, End]], place: Callable[[int, float], svg.Place]) -> list[str]:
    """Month ends without a gap between them: the band of the interval, and the line in it."""
    upper = [place(number, end.upper) for number, end in run if end.upper is not None]
    lower = [place(number, end.lower) for number, end in run if end.lower is not None]
    line = [place(number, end.score) for number, end in run if end.score is not None]
    return [svg.area(upper + lower[::-1], theme.ORDINARY_PALE), svg.path(line, theme.SOFT, 1.6)]
