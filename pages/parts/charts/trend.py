"""The monthly trend of one kind of record: what came as a line, what was done as bars, its part within them.

It exists so that all three kinds read alike. It must not fetch, and says nothing by colour alone: a partial month is
hollow, a month without data is an empty track.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import plotly.graph_objects as go

from pages.parts import theme
from pages.parts.charts.template import base_figure, month_axis
from pages.parts.kinds import Kind
from pages.parts.monthly import Point
from pages.parts.words import Words

HEIGHT = 186


def trend(words: Words, kind: Kind, series: Mapping[str, Sequence[Point]], chosen: date) -> go.Figure:
    """The figure of one kind; `series` has one list of points for each of the kind's flows."""
    figure = base_figure(HEIGHT)
    points = series[kind.done]
    labels = [words.month(point.month) for point in points]
    month_axis(figure, words, [point.month for point in points])
    for index, point in enumerate(points):
        if point.state == "no_data":
            _column(figure, index, theme.TRACK)
        elif point.month == chosen:
            _column(figure, index, theme.CHOSEN)
    _bars(figure, words.say(f"overview.{kind.done}"), labels, points, theme.ORDINARY_PALE)
    _bars(figure, words.say(f"overview.{kind.part}"), labels, series[kind.part], theme.ORDINARY)
    if kind.came:
        _line(figure, words.say(f"overview.{kind.came}"), labels, series[kind.came])
    if all(point.state == "no_data" for point in points):
        figure.update_yaxes(showticklabels=False)
        figure.add_annotation(
            text=words.say("shared.no_data"), showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper"
        )
    return figure


def _column(figure: go.Figure, index: int, colour: str) -> None:
    figure.add_shape(
        type="rect", xref="x", yref="paper", x0=index - 0.5, x1=index + 0.5, y0=0, y1=1,
        fillcolor=colour, line_width=0, layer="below",
    )  # fmt: skip


def _bars(figure: go.Figure, name: str, labels: Sequence[str], points: Sequence[Point], colour: str) -> None:
    hollow = [point.state == "partial" for point in points]
    figure.add_bar(
        name=name,
        x=list(labels),
        y=[point.count for point in points],
        marker={
            "color": [theme.PANEL if one else colour for one in hollow],
            "line": {"color": [theme.ORDINARY if one else colour for one in hollow], "width": 1},
        },
        hovertemplate="%{y:,}",
    )


def _line(figure: go.Figure, name: str, labels: Sequence[str], points: Sequence[Point]) -> None:
    """Whole months as a full line; the month in progress hangs on it by a dotted one, hollow."""
    whole = [point.count if point.state in ("value", "zero") else None for point in points]
    stroke = {"color": theme.SOFT, "width": 1.6}
    figure.add_scatter(
        name=name, x=list(labels), y=whole, mode="lines+markers", line=stroke,
        marker={"size": 5, "color": theme.SOFT}, hovertemplate="%{y:,}",
    )  # fmt: skip
    last = next((index for index, point in enumerate(points) if point.state == "partial"), None)
    if last is None:
        return
    first = max(last - 1, 0)
    figure.add_scatter(
        name=name,
        x=list(labels[first : last + 1]),
        y=[point.count for point in points[first : last + 1]],
        mode="lines+markers",
        line={**stroke, "dash": "dot"},
        marker={
            "size": [0] * (last - first) + [6],
            "color": theme.PANEL,
            "line": {"color": theme.SOFT, "width": 1.5},
        },
        hovertemplate=[None] * (last - first) + ["%{y:,}"],
        hoverinfo="skip" if first == last else None,
    )
