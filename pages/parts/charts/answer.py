"""The chart of a free answer: one category or month across, one or a few numbers up.

Series are told apart by dash and shade, never by colour alone. It must not fetch and must not round.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.parts import theme
from pages.parts.charts.template import base_figure

HEIGHT = 280
MOST_SERIES, MOST_POINTS = 6, 120
_SHADES = (theme.INK, theme.ORDINARY, theme.SOFT, theme.ORDINARY_PALE, theme.FAINT, theme.LINE)
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_MONTH = r"\d{4}-\d{2}"


def answer(frame: pd.DataFrame, across: str, series: list[str]) -> go.Figure:
    """Lines where the first column is months, else bars."""
    figure = base_figure(HEIGHT)
    frame = frame[frame[across].notna()]
    places = frame[across].astype("string")
    is_months = bool(places.str.fullmatch(_MONTH).all())
    figure.update_layout(showlegend=len(series) > 1, legend={"orientation": "h", "y": 1.12}, barmode="group")
    figure.update_xaxes(type="category", nticks=14)
    for name, shade, dash in zip(series, _SHADES, _DASHES, strict=False):
        values = frame[name].astype(float)
        if is_months:
            line = {"color": shade, "width": 1.8, "dash": dash}
            figure.add_scatter(
                name=name, x=places, y=values, mode="lines+markers", line=line, marker={"size": 5}
            )
        else:
            figure.add_bar(name=name, x=places, y=values, marker={"color": shade})
    return figure
