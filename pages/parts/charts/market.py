"""The cells of a unit as a schematic map, and the licences that run out in the months to come.

Four steps of blue for how full a cell is, orange and a thick edge where over capacity, a hatch-like dotted edge where
nothing is known. It is no map of the land: it fetches nothing and shows no ground. It must not judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import cos, radians

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from pages.parts import theme
from pages.parts.charts.hexagons import arranged
from pages.parts.charts.template import base_figure, month_axis
from pages.parts.market import Cell, Fullness, Place
from pages.parts.words import Words, number

Numbers = NDArray[np.float64]
MAP_HEIGHT, MONTHS_HEIGHT = 470, 190
SCHEME = (640.0, 500.0)
"""The room of a honeycomb, as wide to high as the panel."""
_BOX = 4
"""The corners of a box."""
_MANY = 400
"""Beyond so many cells of unknown capacity their edges are fine."""
_GAP: Place = (np.nan, np.nan)
FILLS: dict[Fullness, str] = {
    "roomy": theme.CELL_STEPS[0],
    "filling": theme.CELL_STEPS[1],
    "nearly": theme.CELL_STEPS[2],
    "full": theme.CELL_STEPS[3],
    "over": theme.CONCERNING,
    "unknown": theme.PANEL,
}


def cells_map(words: Words, held: Sequence[Cell], picked: str | None) -> go.Figure:
    """Every cell, filled by how full it is; a honeycomb where they have no boundary."""
    figure = base_figure(MAP_HEIGHT)
    figure.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 4}, hovermode="closest")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, rangemode="normal")
    if _is_ground(held):
        shapes: dict[str, Sequence[Sequence[Place]]] = {one.id: one.rings for one in held}
        middle = [y for rings in shapes.values() for ring in rings for _, y in ring]
        figure.update_yaxes(scaleanchor="x", scaleratio=1 / cos(radians(sum(middle) / len(middle))))
    else:
        shapes = _honeycomb(held)
        figure.update_xaxes(range=[0, SCHEME[0]])
        figure.update_yaxes(range=[-SCHEME[1], 0], scaleanchor="x")
    for fullness, colour in FILLS.items():
        _polygons(figure, [shapes[one.id] for one in held if one.fullness == fullness], colour, fullness)
    if picked in shapes:
        _outline(figure, shapes[picked])
    centres = [_centre(shapes[one.id]) for one in held]
    figure.add_scatter(
        x=[x for x, _ in centres], y=[y for _, y in centres], mode="markers",
        marker={"size": 16, "color": theme.INK, "opacity": 0},
        customdata=np.array([[one.id, _hover(words, one)] for one in held], dtype=object),
        hovertemplate="%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    return figure


def _is_ground(held: Sequence[Cell]) -> bool:
    """Whether every boundary is known and they show more than a grid of boxes."""
    return all(one.rings for one in held) and any(len(set(ring)) > _BOX for one in held for ring in one.rings)


def _honeycomb(held: Sequence[Cell]) -> dict[str, Sequence[Sequence[Place]]]:
    """A place of its own for every cell, so that none without a boundary is lost."""
    comb = arranged(tuple(one.centre for one in held), *SCHEME)
    return {
        one.id: [[(x, -y) for x, y in comb.corners(place, 0.94)]]
        for one, place in zip(held, comb.places, strict=True)
    }


def _centre(rings: Sequence[Sequence[Place]]) -> Place:
    points = rings[0]
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _line(shapes: Sequence[Sequence[Sequence[Place]]]) -> tuple[Numbers, Numbers]:
    """Closed rings one after another, with gaps between; as arrays, whose thousands of corners travel packed."""
    corners = [place for rings in shapes for ring in rings for place in (*ring, ring[0], _GAP)]
    xs, ys = np.array(corners).T
    return xs, ys


def _polygons(figure: go.Figure, shapes: list[Sequence[Sequence[Place]]], colour: str, fullness: str) -> None:
    if not shapes:
        return
    xs, ys = _line(shapes)
    edge = {"color": theme.PANEL, "width": 1.5}
    if fullness == "unknown":
        is_fine = len(shapes) > _MANY
        colour_of_edge = theme.ORDINARY_PALE if is_fine else theme.ORDINARY
        edge = {
            "color": colour_of_edge,
            "width": 1 if is_fine else 1.5,
            "dash": "solid" if is_fine else "dot",
        }
    figure.add_scatter(
        x=xs, y=ys, mode="lines", fill="toself", fillcolor=colour, hoverinfo="skip", name=fullness, line=edge,
    )  # fmt: skip


def _outline(figure: go.Figure, rings: Sequence[Sequence[Place]]) -> None:
    xs, ys = _line([rings])
    figure.add_scatter(x=xs, y=ys, mode="lines", hoverinfo="skip", line={"color": theme.INK, "width": 3})


def _hover(words: Words, one: Cell) -> str:
    said = words.say(
        "cells.hover", capacity=number(one.capacity), occupied=number(one.occupied), queued=number(one.queued)
    )
    return f"{one.name}<br>{said}<br>{words.say(f'cells.{one.fullness}')}"


def months_ahead(
    words: Words, counts: Mapping[date, int], months: Sequence[date], expected: Sequence[float] | None
) -> go.Figure:
    """Licences that run out in each month as bars, and within them those expected to leave."""
    figure = base_figure(MONTHS_HEIGHT)
    labels = [words.month(month) for month in months]
    month_axis(figure, words, months)
    figure.add_bar(
        x=labels, y=[counts.get(month, 0) for month in months], marker_color=theme.ORDINARY_PALE,
        name=words.say("cells.expiring"), hovertemplate="%{y:,}",
    )  # fmt: skip
    if expected is not None:
        figure.add_bar(
            x=labels, y=list(expected), marker_color=theme.SHADE, name=words.say("cells.leaving"),
            hovertemplate="%{y:.1f}",
        )  # fmt: skip
    return figure


def months_behind(
    words: Words, months: Sequence[date], counts: Sequence[int], capacity: int | None
) -> go.Figure:
    """How many held a licence at each month's end, under the capacity of now."""
    figure = base_figure(MONTHS_HEIGHT)
    month_axis(figure, words, months)
    figure.update_yaxes(rangemode="normal")
    figure.add_scatter(
        x=[words.month(month) for month in months], y=list(counts), mode="lines+markers",
        line={"color": theme.FAINT, "width": 1.6}, marker={"size": 5}, hovertemplate="%{y:,}<extra></extra>",
    )  # fmt: skip
    if capacity is not None:
        figure.add_hline(y=capacity, line={"color": theme.TARGET, "width": 2})
    return figure
