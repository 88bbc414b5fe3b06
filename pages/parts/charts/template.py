"""The one template of all charts: fonts, axes, margins, no decoration.

It exists so that charts agree. Figures are drawn as SVG and fetch nothing. It must not know what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go

from model.numerals import PARTS
from pages.parts import theme
from pages.parts.words import Words

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
"""How every chart is shown: no tool bar (it speaks English), no zoom to get lost in."""

_AXIS: dict[str, Any] = {
    "fixedrange": True,
    "zeroline": False,
    "linecolor": theme.LINE,
    "gridcolor": theme.LINE,
    "tickfont": {"color": theme.FAINT, "size": 12},
}


_LAYOUT: dict[str, Any] = {
    "template": "none",
    "margin": {"l": 44, "r": 8, "t": 8, "b": 26},
    "paper_bgcolor": theme.PANEL,
    "plot_bgcolor": theme.PANEL,
    "font": {"family": theme.FONTS, "size": 13, "color": theme.INK},
    "hovermode": "x unified",
    "hoverlabel": {"bgcolor": theme.PANEL, "bordercolor": theme.LINE, "font": {"family": theme.FONTS}},
    "dragmode": False,
    "showlegend": False,
    "barmode": "overlay",
    "bargap": 0.35,
    "separators": ".,",
    "xaxis": {**_AXIS, "showgrid": False, "ticks": ""},
    "yaxis": {**_AXIS, "rangemode": "tozero", "nticks": 5, "tickformat": ",", "showline": False},
}


def base_figure(height: int) -> go.Figure:
    """An empty figure in the template, given whole: changed one by one, the same takes fifteen times as long."""
    return go.Figure(layout={**_LAYOUT, "height": height})


def month_axis(figure: go.Figure, words: Words, months: Sequence[date]) -> None:
    """Months in a row, January and July named; a point's x is the month's full name."""
    ticks = [month for month in months if month.month in (1, 7)]
    figure.update_xaxes(
        type="category",
        tickangle=0,
        range=[-0.6, len(months) - 0.4],
        categoryarray=[words.month(month) for month in months],
        tickvals=[words.month(month) for month in ticks],
        ticktext=[words.month_tick(month) for month in ticks],
    )


def percent_axis(figure: go.Figure, kind: str) -> None:
    """The numbers of the axis as the indicator's are read."""
    figure.update_yaxes(tickformat=".3~%" if kind in PARTS else ".3~f")
