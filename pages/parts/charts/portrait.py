"""A portrait as a picture: the radar of its dimensions, and one line a score with all that is needed to doubt it.

The interval is drawn as broad as it is; a dimension without a score leaves its axis empty and is never 0. A line is an
SVG image, so that it stands in a table and on paper alike. These functions must not fetch, and hold no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from pages.parts import theme
from pages.parts.charts import svg
from pages.parts.charts.template import base_figure

FULL = 100.0
RADAR_HEIGHT = 342
WIDTH, HEIGHT = 420, 30
GAP = "\u2002"
"""A space that a chart does not swallow."""
_MARGIN = 8


@dataclass(frozen=True)
class Axis:
    """One score: its label, what it is, its interval, its like, and what it was; None where there is none."""

    label: str
    score: float | None
    lower: float | None
    upper: float | None
    peers: tuple[float, ...]
    past: float | None


def radar(axes: Sequence[Axis], height: int = RADAR_HEIGHT, size: int = 13) -> go.Figure:
    """The dimensions around a centre of 0: interval as a band, its like as circles, its past dotted."""
    figure = base_figure(height)
    places = [_clear(one.label, here / len(axes)) for here, one in enumerate(axes)]
    for here in range(len(axes)):
        _band(figure, axes, places, here)
    _loop(
        figure, places, [one.past for one in axes], {"color": theme.ORDINARY, "width": 1.4, "dash": "dot"}, 4
    )
    for axis, place in zip(axes, places, strict=True):
        _points(figure, place, axis)
    _loop(figure, places, [one.score for one in axes], {"color": theme.INK, "width": 2}, 8)
    figure.update_layout(
        margin={"l": size * 6, "r": size * 6, "t": size * 4, "b": size * 4},
        hovermode=False,
        polar={
            "bgcolor": theme.PANEL,
            "gridshape": "linear",
            "radialaxis": {
                "range": [0, FULL], "tickvals": [20, 40, 60, 80], "ticks": "", "showline": False,
                "tickangle": 0, "gridcolor": theme.LINE, "tickfont": {"size": size - 3, "color": theme.FAINT},
            },
            "angularaxis": {
                "type": "category", "categoryarray": places, "rotation": 90, "direction": "clockwise", "ticks": "",
                "linecolor": theme.LINE, "gridcolor": theme.LINE, "tickfont": {"size": size, "color": theme.INK},
            },
        },
    )  # fmt: skip
    return figure


def _clear(label: str, turn: float) -> str:
    """A label that keeps clear of a mark at the end of its axis; `turn`: how far round, from the top, clockwise."""
    if turn in (0.0, 0.5):
        return label
    lines = label.split("<br>")
    return "<br>".join(f"{GAP}{line}" if turn < 0.5 else f"{line}{GAP}" for line in lines)


def _band(figure: go.Figure, axes: Sequence[Axis], places: Sequence[str], here: int) -> None:
    """The interval from one axis to the next, where both have one."""
    after = (here + 1) % len(axes)
    first, second = axes[here], axes[after]
    if first.lower is None or second.lower is None:
        return
    figure.add_scatterpolar(
        r=[first.lower, first.upper, second.upper, second.lower, first.lower],
        theta=[places[one] for one in (here, here, after, after, here)],
        mode="lines", fill="toself", fillcolor=theme.ORDINARY_PALE, line={"width": 0}, opacity=0.75,
    )  # fmt: skip


def _loop(
    figure: go.Figure,
    places: Sequence[str],
    values: Sequence[float | None],
    line: dict[str, object],
    size: int,
) -> None:
    """A closed line through the axes that have a value; open at those that have none."""
    if all(value is None for value in values):
        return
    figure.add_scatterpolar(
        r=[*values, values[0]], theta=[*places, places[0]], mode="lines+markers", line=line, connectgaps=False,
        marker={"size": size, "color": line["color"]},
    )  # fmt: skip


def _points(figure: go.Figure, place: str, axis: Axis) -> None:
    """The like subjects on one axis, and its interval as a line of its own."""
    if axis.lower is not None:
        figure.add_scatterpolar(
            r=[axis.lower, axis.upper],
            theta=[place, place],
            mode="lines",
            line={"color": theme.ORDINARY, "width": 3},
        )
    figure.add_scatterpolar(
        r=list(axis.peers), theta=[place] * len(axis.peers), mode="markers",
        marker={"symbol": "circle-open", "size": 5, "color": theme.ORDINARY, "line": {"width": 1}},
    )  # fmt: skip


def line(axis: Axis, label: str) -> str:
    """The picture of one score as an HTML image."""
    return f'<img class="score-line" alt="{escape(label)}" src="{line_source(axis)}">'


def line_source(axis: Axis) -> str:
    """One score on a track from 0 to 100: interval as a bar, like subjects as ticks, the past hollow, itself a dot."""
    middle, shapes = HEIGHT / 2, [_bar(0.0, FULL, 4, theme.TRACK)]
    if axis.lower is not None and axis.upper is not None:
        shapes.append(_bar(axis.lower, axis.upper, 10, theme.ORDINARY_PALE))
    shapes += [
        svg.path([(_x(one), middle - 9), (_x(one), middle + 9)], theme.ORDINARY, 1.4) for one in axis.peers
    ]
    if axis.past is not None:
        shapes.append(svg.rings([(_x(axis.past), middle)], theme.SOFT, theme.PANEL, 10))
    if axis.score is not None:
        shapes.append(svg.dots([(_x(axis.score), middle)], theme.INK, 13))
    return svg.source(WIDTH, HEIGHT, shapes)


def share(score: float | None) -> str:
    """A score as the address of a small bar, for a cell of a table."""
    known = [] if score is None else [_bar(0.0, score, 8, theme.ORDINARY)]
    return svg.source(WIDTH, HEIGHT, [_bar(0.0, FULL, 8, theme.TRACK), *known])


def _x(score: float) -> float:
    return _MARGIN + (WIDTH - 2 * _MARGIN) * score / FULL


def _bar(first: float, last: float, height: float, colour: str) -> str:
    middle = HEIGHT / 2
    return svg.path([(_x(first), middle), (_x(last), middle)], colour, height)
