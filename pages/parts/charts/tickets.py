"""Complaint tickets by month, stacked by what they are, and by weekday and hour.

It must not judge and must not fetch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import plotly.graph_objects as go

from pages.parts import theme
from pages.parts.charts.template import base_figure, month_axis
from pages.parts.words import Words

MONTHS_HEIGHT, HOURS_HEIGHT = 210, 260
DEEPEST = 3.0
"""The darkest of the shades of a square; 0 is none, 1 is few."""
SHADES = (theme.SHADE, theme.ORDINARY, theme.ORDINARY_PALE, theme.LINE)


def by_month(
    words: Words, months: Sequence[date], counts: Mapping[str, Mapping[date, int]], partial: date | None
) -> go.Figure:
    """One bar a month, a part a kind in the order given; a month in progress is drawn pale, one without a count not."""
    figure = base_figure(MONTHS_HEIGHT)
    figure.update_layout(barmode="stack")
    month_axis(figure, words, months)
    strength = [0.5 if one == partial else 1.0 for one in months]
    for index, (name, held) in enumerate(counts.items()):
        figure.add_bar(
            x=[words.month(one) for one in months], y=[held.get(one) for one in months], name=name,
            marker={"color": SHADES[index % len(SHADES)], "opacity": strength},
            hovertemplate="%{y:,}",
        )  # fmt: skip
    return figure


def by_hour(days: Sequence[str], counts: Mapping[tuple[int, int], int], least: int, few: str) -> go.Figure:
    """A square a weekday and hour, the darker the more; counts below `least` are few, and all alike."""
    figure = base_figure(HOURS_HEIGHT)
    figure.update_layout(hovermode="closest", margin={"l": 56, "r": 8, "t": 8, "b": 30})
    figure.update_xaxes(dtick=2, range=[-0.5, 23.5])
    figure.update_yaxes(autorange="reversed", tickformat=None, dtick=1, ticks="")
    squares = [[counts.get((day, hour), 0) for hour in range(24)] for day in range(1, 8)]
    said = [[f"{one:,}" if one >= least or not one else few for one in row] for row in squares]
    shades = [theme.TRACK, *theme.CELL_STEPS[1:]]
    most = max(2 * least, *(max(row) for row in squares))
    figure.add_heatmap(
        z=[[_depth(one, least, most) for one in row] for row in squares], zmin=0, zmax=DEEPEST,
        x=list(range(24)), y=list(days), customdata=said, xgap=2, ygap=2, showscale=False,
        colorscale=[[index / (len(shades) - 1), colour] for index, colour in enumerate(shades)],
        hovertemplate="%{y} %{x}:00  %{customdata}<extra></extra>",
    )  # fmt: skip
    return figure


def _depth(count: int, least: int, most: int) -> float:
    """How dark a square is: nothing, few, and from there on by the count up to DEEPEST."""
    if count < least:
        return float(bool(count))
    return 1.5 + (DEEPEST - 1.5) * (count - least) / (most - least)
