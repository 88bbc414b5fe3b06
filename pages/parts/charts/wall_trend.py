"""A monthly line against its own past: band of natural variation, centre, target, coloured points where a rule spoke.

Large in the row of an indicator, small under a headline figure. It must not judge: what a point means comes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pages.parts.charts import wall_shapes as svg


@dataclass(frozen=True)
class Mark:
    """One month of a line. `tone`: improving, concerning or ordinary; `value` is None where there is none."""

    month: date
    value: float | None
    lower: float | None
    centre: float | None
    upper: float | None
    tone: str


def sparkline(marks: Sequence[Mark], width: float, height: float) -> str:
    """The line alone, its last point and those where a rule spoke as dots; an empty track without values."""
    known = [(index, mark) for index, mark in enumerate(marks) if mark.value is not None]
    if not known:
        return svg.picture(width, height, [_track(width, height)])
    place = _across(marks, width, 7)
    up = _up([mark.value for _, mark in known], height, 7)
    shapes = [_line(marks, place, up, "s-ordinary w2")]
    shapes += [
        svg.dot((place.at(index), up.at(mark.value or 0)), 4, f"f-{mark.tone}")
        for index, mark in known
        if mark.tone != "ordinary"
    ]
    index, last = known[-1]
    shapes.append(svg.dot((place.at(index), up.at(last.value or 0)), 6, f"f-{last.tone}"))
    return svg.picture(width, height, shapes)


def trend(marks: Sequence[Mark], target: float | None, width: float, height: float) -> str:
    """The whole chart of one indicator; an empty track without values."""
    known = [(index, mark) for index, mark in enumerate(marks) if mark.value is not None]
    if not known:
        return svg.picture(width, height, [_track(width, height)])
    limits = [limit for mark in marks for limit in (mark.lower, mark.upper) if limit is not None]
    held = [mark.value for _, mark in known] + limits + ([] if target is None else [target])
    place, up = _across(marks, width, 8), _up(held, height, 6)
    shapes = [*_bands(marks, place, up)]
    if target is not None:
        shapes.append(svg.line((0, up.at(target)), (width, up.at(target)), "s-target w2"))
    shapes.append(_line(marks, place, up, "s-pale w2"))
    for index, mark in known:
        spoke = mark.tone != "ordinary"
        at = (place.at(index), up.at(mark.value or 0))
        shapes.append(svg.dot(at, 5 if spoke else 2.8, f"f-{mark.tone}" if spoke else "f-pale"))
    return svg.picture(width, height, shapes)


def months(marks: Sequence[Mark], labels: Sequence[str], width: float) -> str:
    """The axis under one or many lines: one label a month, empty where none is to stand."""
    place = _across(marks, width, 8)
    drawn = []
    for index, label in enumerate(labels):
        at = place.at(index)
        look = "start" if at < 40 else "end" if at > width - 40 else "mid"
        edge = {"start": 0.0, "end": width}.get(look, at)
        drawn += [svg.text((edge, 18), label, f"t-axis {look}")] if label else []
    return svg.picture(width, 24, drawn)


def _across(marks: Sequence[Mark], width: float, margin: float) -> svg.Scale:
    return svg.Scale(0, max(len(marks) - 1, 1), margin, width - margin)


def _up(values: Sequence[float | None], height: float, margin: float) -> svg.Scale:
    held = [one for one in values if one is not None]
    low, high = min(held), max(held)
    return svg.Scale(low, high, height - margin, margin)


def _track(width: float, height: float) -> str:
    return svg.bar(0, height / 2 - 5, width, 10, "f-track", 5)


def _line(marks: Sequence[Mark], place: svg.Scale, up: svg.Scale, look: str) -> str:
    """The line, broken where a month has no value."""
    runs: list[list[svg.Point]] = [[]]
    for index, mark in enumerate(marks):
        if mark.value is None:
            runs.append([])
        else:
            runs[-1].append((place.at(index), up.at(mark.value)))
    return svg.paths(runs, look)


def _bands(marks: Sequence[Mark], place: svg.Scale, up: svg.Scale) -> list[str]:
    """What chance alone would do, as an area with its centre as a dashed line.

    Limits may be withheld of a month: between those that are told the area is drawn straight, beyond them level.
    """
    told = [
        (place.at(at), up.at(mark.lower), up.at(mark.upper))
        for at, mark in enumerate(marks)
        if mark.lower is not None and mark.upper is not None
    ]
    centre = [(place.at(at), up.at(mark.centre)) for at, mark in enumerate(marks) if mark.centre is not None]
    if not told:
        return [svg.path(centre, "s-ordinary dashed")]
    first, last = (place.start, *told[0][1:]), (place.end, *told[-1][1:])
    whole = [first, *told, last]
    area = [(x, high) for x, _, high in whole] + [(x, low) for x, low, _ in reversed(whole)]
    return [svg.path(area, "f-band", closed=True), svg.path(centre, "s-ordinary dashed")]
