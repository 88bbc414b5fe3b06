"""The control chart of an indicator: months, limits, centre, target, and the points at which a rule fired.

Colour repeats what the shape of a point says: a diamond is concerning, a square improving. A month with too few is a
hollow ring on the axis, one without data an empty track. It must not judge and must not fetch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import plotly.graph_objects as go

from model.indicators import Indicator
from pages.parts import theme
from pages.parts import words as written
from pages.parts.charts.template import base_figure, month_axis, percent_axis
from pages.parts.judged import Spot
from pages.parts.words import Words

HEIGHT = 340
_SIGNS = {
    "concerning": ("diamond", theme.CONCERNING),
    "improving": ("square", theme.IMPROVING),
    "neutral": ("diamond-open", theme.SOFT),
}


def control(
    words: Words,
    item: Indicator,
    spots: Sequence[Spot],
    chosen: date,
    starts: Sequence[date],
    rules: Mapping[str, str],
) -> go.Figure:
    """The figure of one indicator of one unit; `rules`: each in words, `starts`: where limits begin anew."""
    figure = base_figure(HEIGHT)
    labels = [words.month(one.month) for one in spots]
    month_axis(figure, words, [one.month for one in spots])
    figure.update_yaxes(range=list(reach(spots, item.target)), rangemode="normal")
    percent_axis(figure, item.kind)
    for index, one in enumerate(spots):
        if one.month == chosen:
            _column(figure, index, theme.CHOSEN)
        elif one.state in ("no_data", "not_computable", "by_cell", "stale"):
            _column(figure, index, theme.TRACK, 0.5)
        if one.month in starts and index:
            figure.add_vline(x=index - 0.5, line={"color": theme.SOFT, "width": 1, "dash": "dot"})
    _band(figure, labels, spots)
    hover = [_hover(words, item, one, rules) for one in spots]
    _line(figure, labels, [one.centre for one in spots], theme.ORDINARY, "dot", 1.2)
    if item.target is not None:
        figure.add_hline(y=item.target, line={"color": theme.TARGET, "width": 2})
    figure.add_scatter(
        x=labels, y=[one.value for one in spots], mode="lines+markers", customdata=hover, showlegend=False,
        line={"color": theme.FAINT, "width": 1.6}, marker={"size": 6, "color": theme.FAINT},
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    _few(figure, labels, spots, hover)
    _fired(figure, labels, spots)
    return figure


def reach(spots: Sequence[Spot], target: float | None) -> tuple[float, float]:
    """The numbers that the axis spans: all values and the target; limits widen it by half of that at most."""
    values = [one.value for one in spots if one.value is not None]
    values += [target] if target is not None else []
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = max(high - low, abs(high) * 0.02, 1e-6)
    limits = [one for spot in spots for one in (spot.lower, spot.upper) if one is not None]
    bottom = max(min([low, *limits]), low - room / 2)
    top = min(max([high, *limits]), high + room / 2)
    return bottom - room * 0.08, top + room * 0.08


def _column(figure: go.Figure, index: int, colour: str, opacity: float = 1.0) -> None:
    figure.add_shape(
        type="rect", xref="x", yref="paper", x0=index - 0.5, x1=index + 0.5, y0=0, y1=1,
        fillcolor=colour, opacity=opacity, line_width=0, layer="below",
    )  # fmt: skip


def _band(figure: go.Figure, labels: Sequence[str], spots: Sequence[Spot]) -> None:
    """The stretch between the limits, a step a month."""
    for side, fill in (("upper", None), ("lower", "tonexty")):
        figure.add_scatter(
            x=list(labels), y=[getattr(one, side) for one in spots], mode="lines", hoverinfo="skip",
            line={"color": theme.ORDINARY_PALE, "width": 1, "shape": "hvh"}, fill=fill, fillcolor=theme.BAND,
        )  # fmt: skip


def _line(
    figure: go.Figure,
    labels: Sequence[str],
    values: Sequence[float | None],
    colour: str,
    dash: str,
    width: float,
) -> None:
    figure.add_scatter(
        x=list(labels), y=list(values), mode="lines", hoverinfo="skip",
        line={"color": colour, "width": width, "dash": dash, "shape": "hvh"},
    )  # fmt: skip


def _few(figure: go.Figure, labels: Sequence[str], spots: Sequence[Spot], hover: Sequence[str]) -> None:
    bottom = figure.layout.yaxis.range[0]
    few = [index for index, one in enumerate(spots) if one.state == "suppressed"]
    figure.add_scatter(
        x=[labels[index] for index in few], y=[bottom] * len(few), mode="markers", cliponaxis=False,
        customdata=[hover[index] for index in few], hovertemplate="%{customdata}<extra></extra>",
        marker={"size": 7, "color": theme.PANEL, "line": {"color": theme.ORDINARY, "width": 1.4}},
    )  # fmt: skip


def _fired(figure: go.Figure, labels: Sequence[str], spots: Sequence[Spot]) -> None:
    for variation, (symbol, colour) in _SIGNS.items():
        found = [
            index
            for index, one in enumerate(spots)
            if one.signal and one.value is not None and one.variation == variation
        ]
        figure.add_scatter(
            x=[labels[index] for index in found], y=[spots[index].value for index in found], mode="markers",
            marker={"size": 10, "color": colour, "symbol": symbol}, hoverinfo="skip",
        )  # fmt: skip


def _hover(words: Words, item: Indicator, one: Spot, rules: Mapping[str, str]) -> str:
    """What is told of a month: number, parts, limits, and the rule that fired."""
    said = [words.month(one.month), written.value(one.value, item.kind)]
    if one.value is None:
        said[1] = words.say("trends.hover_few", count=one.observations or 0)
    elif one.denominator is not None and one.numerator is not None:
        said.append(
            words.say("trends.hover_parts", part=f"{one.numerator:,.6g}", whole=f"{one.denominator:,.6g}")
        )
    if one.lower is not None and one.upper is not None:
        low, high = (written.value(limit, item.kind) for limit in (one.lower, one.upper))
        said.append(words.say("trends.hover_limits", low=low, high=high))
    if one.signal:
        said.append(rules.get(one.signal, one.signal))
    return "<br>".join(said)
