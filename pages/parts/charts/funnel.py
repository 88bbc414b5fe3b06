"""The funnel: like units side by side, each by how much its number rests on, within what chance alone would do.

The solid limits allow for what units differ beyond chance, the dotted ones do not: both are shown, because what looks
like ordinary difference between units may be real. Nothing is ranked. It must not judge and must not fetch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from model.indicators import Indicator
from pages.parts import theme
from pages.parts import words as written
from pages.parts.charts.template import base_figure, percent_axis
from pages.parts.words import Words

HEIGHT = 340
LEAST_SPAN = {"proportion": 0.01, "share": 0.01, "rate": 0.05}
"""How much an axis spans at least, so that its numbers, as they are rounded, differ from one another."""
_LIMITS = (("", "998", "solid", theme.BAND), ("", "95", "solid", None), ("exact_", "998", "dot", None))


def funnel(
    words: Words,
    item: Indicator,
    rows: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    marked: Collection[str],
) -> go.Figure:
    """The figure of one family of units; the marked ones are dark and named, the others pale."""
    figure = base_figure(HEIGHT)
    figure.update_layout(hovermode="closest", margin={"l": 52, "r": 12, "t": 8, "b": 40})
    figure.update_xaxes(
        title={"text": words.say("trends.funnel_x"), "font": {"size": 12, "color": theme.SOFT}}
    )
    figure.update_yaxes(rangemode="normal", range=_reach(rows, item))
    percent_axis(figure, item.kind)
    known = sorted((one for one in rows if one["upper998"] is not None), key=lambda one: one["sample_size"])
    for prefix, level, dash, fill in _LIMITS:
        for side in ("lower", "upper"):
            figure.add_scatter(
                x=[one["sample_size"] for one in known], y=[one[f"{prefix}{side}{level}"] for one in known],
                mode="lines", line={"color": theme.ORDINARY, "width": 1, "dash": dash}, hoverinfo="skip",
                fill="tonexty" if fill and side == "upper" else None, fillcolor=fill,
            )  # fmt: skip
    usual = next((one["usual"] for one in rows if one["usual"] is not None), None)
    if usual is not None:
        figure.add_hline(y=usual, line={"color": theme.ORDINARY, "width": 1, "dash": "dash"})
    if item.target is not None:
        figure.add_hline(y=item.target, line={"color": theme.TARGET, "width": 2})
    for is_marked in (False, True):
        _units(
            figure,
            words,
            item,
            [one for one in rows if (one["unit_id"] in marked) == is_marked],
            names,
            is_marked,
        )
    return figure


def _reach(rows: Sequence[Mapping[str, Any]], item: Indicator) -> list[float]:
    """What the axis spans: units and target, limits as far as they leave room for units, never less than LEAST_SPAN."""
    values = [one["value"] for one in rows if one["value"] is not None]
    values += [item.target] if item.target is not None else []
    low, high = min(values, default=0.0), max(values, default=1.0)
    limits = [one[name] for one in rows for name in ("lower998", "upper998") if one[name] is not None]
    least = LEAST_SPAN.get(item.kind, 0.5)
    room = max(high - low, least)
    bottom, top = max(min([low, *limits]), low - room), min(max([high, *limits]), high + room)
    if top - bottom < least:
        bottom, top = (bottom - least, top) if bottom >= least else (bottom, top + least)
    return [bottom - (top - bottom) * 0.08, top + (top - bottom) * 0.08]


def _units(
    figure: go.Figure,
    words: Words,
    item: Indicator,
    rows: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    is_marked: bool,
) -> None:
    drawn = [one for one in rows if one["value"] is not None]
    is_outside = [bool(one["outside"]) and "998" in one["outside"] for one in drawn]
    figure.add_scatter(
        x=[one["sample_size"] for one in drawn],
        y=[one["value"] for one in drawn],
        mode="markers",
        customdata=[
            [one["unit_id"] if one["unit_id"] in names else "", _hover(words, item, one, names)]
            for one in drawn
        ],
        hovertemplate="%{customdata[1]}<extra></extra>",
        marker={
            "size": 11 if is_marked else 7,
            "symbol": ["diamond" if one else "circle" for one in is_outside],
            "color": theme.INK if is_marked else theme.ORDINARY,
            "line": {"color": theme.PANEL, "width": 1},
        },
    )


def _hover(words: Words, item: Indicator, one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    said = [
        names.get(one["unit_id"], words.say("trends.another")),
        written.value(one["value"], item.kind),
        words.say("trends.hover_sample", count=f"{one['sample_size']:,}", months=one["window_months"]),
    ]
    if one["outside"]:
        said.append(words.say(f"trends.outside_{one['outside']}"))
    return "<br>".join(said)
