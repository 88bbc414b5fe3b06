"""The seasons of an indicator: one line a year over the twelve months, the chosen year dark, earlier ones pale.

It must not judge and must not fetch; a month without a number is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from model.indicators import Indicator
from pages.parts import theme
from pages.parts import words as written
from pages.parts.charts.control import reach
from pages.parts.charts.template import base_figure, percent_axis
from pages.parts.judged import Spot
from pages.parts.words import Words

HEIGHT = 320
_PALE = (theme.ORDINARY, theme.ORDINARY_PALE)


def seasonal(words: Words, item: Indicator, spots: Sequence[Spot], year: int) -> go.Figure:
    """The figure; each line is named at its last month."""
    figure = base_figure(HEIGHT)
    figure.update_layout(margin={"l": 52, "r": 64, "t": 8, "b": 26})
    figure.update_xaxes(
        tickvals=list(range(1, 13)),
        ticktext=[words.month_of_year(one) for one in range(1, 13)],
        range=[0.6, 12.6],
    )
    whole = [Spot(one.month, value=one.value) for one in spots if not one.is_partial]
    figure.update_yaxes(rangemode="normal", range=list(reach(whole, item.target)))
    percent_axis(figure, item.kind)
    if item.target is not None:
        figure.add_hline(y=item.target, line={"color": theme.TARGET, "width": 2})
    years = sorted({one.month.year for one in whole})
    for back, each in enumerate(reversed(years)):
        values = {one.month.month: one.value for one in whole if one.month.year == each}
        colour = theme.INK if each == year else _PALE[min(back, 2) // 2]
        _year(figure, item, each, [values.get(month) for month in range(1, 13)], colour, each == year)
    return figure


def _year(
    figure: go.Figure,
    item: Indicator,
    year: int,
    values: Sequence[float | None],
    colour: str,
    is_chosen: bool,
) -> None:
    figure.add_scatter(
        x=list(range(1, 13)), y=list(values), name=str(year), mode="lines+markers",
        line={"color": colour, "width": 2.4 if is_chosen else 1.4}, marker={"size": 7 if is_chosen else 5},
        customdata=[written.value(one, item.kind) for one in values],
        hovertemplate=f"{year}  %{{customdata}}<extra></extra>",
    )  # fmt: skip
    last = max((index for index, one in enumerate(values) if one is not None), default=None)
    if last is not None:
        figure.add_annotation(
            x=last + 1, y=values[last], text=str(year), showarrow=False, xanchor="left", xshift=8,
            font={"color": theme.INK if is_chosen else theme.FAINT, "size": 13},
        )  # fmt: skip
