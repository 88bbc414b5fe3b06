"""The pictures of the page of market cells: totals, the scheme, history and forecast, and what another capacity does.

It must not name a retailer, and computes nothing itself: market.py does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any

import streamlit as st

from pages.parts import address, controls, labels, market, monthly, navigation, panels
from pages.parts import words as written
from pages.parts.charts import template
from pages.parts.charts.market import FILLS, cells_map, months_ahead, months_behind
from pages.parts.frame import View
from pages.parts.market import Cell
from pages.parts.reads import cells as reads
from pages.parts.words import number

PERCENTS = (-30, -20, -10, 0, 10, 20, 30, 50)
_ALL = controls.ALL


@dataclass(frozen=True)
class Market:
    """What the page is about: the cells of a unit, of one kind or of all, and the one that is picked."""

    view: View
    unit_id: str
    unit_name: str
    cells: Sequence[Cell]
    picked: Cell | None
    as_of: date | None

    @property
    def name(self) -> str:
        return self.picked.name if self.picked else self.unit_name

    @property
    def shown(self) -> Sequence[Cell]:
        """The picked cell, or all."""
        return [self.picked] if self.picked else self.cells

    @property
    def has_capacity(self) -> bool:
        """Whether of any cell it is known how many outlets it may hold."""
        return any(one.capacity is not None for one in self.shown)

    @property
    def clock(self) -> tuple[str, ...]:
        words = self.view.words
        names = labels.tables(words, ("market_cell", "licence", "licence_application"))
        source = words.say("shared.source_named", names=names)
        return (source, words.say("shared.as_of", moment=self.as_of.isoformat())) if self.as_of else (source,)

    @cached_property
    def expiring(self) -> dict[str, dict[date, int]]:
        """The licences that run out in each month to come, by cell."""
        if self.as_of is None:
            return {}
        months = market.ahead(self.as_of)
        return reads.expiring(self.view.snapshot, self.unit_id, months[0], last(months))

    @cached_property
    def ran_out(self) -> dict[str, int]:
        """Of the last twelve months: whose licence ran out, and who still sells."""
        if self.as_of is None:
            return {"ran_out": 0, "kept_on": 0}
        since = self.as_of - timedelta(days=365)
        return dict(reads.kept_on(self.view.snapshot, self.unit_id, since, self.as_of))


def last(months: Sequence[date]) -> date:
    """The last day of the last month."""
    return monthly.last_day(months[-1])


def choose(view: View, unit_id: str, unit_name: str) -> Market:
    """The cells of the kind that the URL names, and the one that is picked there."""
    words = view.words
    held = market.cells(labels.records(reads.of_unit(view.snapshot, unit_id)))
    kinds = sorted({one.kind for one in held if one.kind})
    label = partial(labels.code_name, words, "market_cell", "cell_kind")
    kind = controls.choose(
        "kind",
        words.say("cells.kind"),
        [_ALL, *kinds],
        _ALL,
        lambda one: words.say("shared.all") if one == _ALL else label(one),
    )
    chosen = [one for one in held if kind in (_ALL, one.kind)]
    wanted = controls.picked("cell")
    picked = next((one for one in chosen if one.id == wanted), None)
    return Market(view, unit_id, unit_name, chosen, picked, reads.as_of(view.snapshot))


def totals(here: Market) -> None:
    """The totals as cards."""
    words, found = here.view.words, market.total(here.shown)
    over = words.say("cells.over_cells", count=number(found.over)) if found.over else ""
    share = written.value(found.share, "share")
    unknown = "" if here.has_capacity else words.say("cells.unknown")
    placed = unknown if not found.occupied else ""
    shown = [
        ("count", number(found.cells), ""),
        ("capacity", unknown or number(found.capacity), ""),
        (
            "occupied",
            words.say("shared.no_data") if placed else number(found.occupied),
            "" if placed else share,
        ),
        ("remaining", unknown or number(found.remaining), ""),
        ("queued", words.say("shared.no_data") if placed else number(found.queued), ""),
        ("full_cells", unknown or number(found.full), over),
    ]
    st.html(
        panels.cards(
            [(words.say(f"cells.{name}"), text, more, name == "full_cells") for name, text, more in shown]
        )
    )


def scheme(here: Market) -> None:
    """The cells as a scheme; a click picks one."""
    words = here.view.words
    st.html(panels.heading(words.say("cells.map"), here.unit_name, words.say("cells.map_how")))
    present = {one.fullness for one in here.cells}
    st.html(panels.legend((f"cell-{one}", words.say(f"cells.{one}")) for one in FILLS if one in present))

    def pick(point: Mapping[str, Any]) -> None:
        if "customdata" in point:
            address.put(cell=point["customdata"][0])

    clicks = controls.clicks(f"map_{here.unit_id}", pick, "cell")
    st.plotly_chart(
        cells_map(words, here.cells, here.picked.id if here.picked else None),
        theme=None,
        config=template.CONFIG,
        key=clicks.key,
        on_select=clicks.call,
        selection_mode="points",
        alt=words.say("cells.map_alt", unit=here.unit_name, count=len(here.cells)),
    )


def months(here: Market) -> None:
    """History and forecast of the picked cell, or of all."""
    words = here.view.words
    st.html(panels.heading(here.name, *here.clock))
    if here.picked:
        st.page_link(navigation.here(), label=words.say("cells.pick_clear"), query_params=_without("cell"))
    if here.as_of is None:
        st.html(panels.note(words.say("shared.no_data")))
        return
    _behind(here, here.as_of)
    _ahead(here, here.as_of)


def _without(name: str) -> dict[str, str]:
    return {key: value for key, value in controls.kept().items() if key != name}


def _behind(here: Market, as_of: date) -> None:
    words, picked = here.view.words, here.picked.id if here.picked else None
    span = market.behind(as_of)
    found = labels.records(reads.history(here.view.snapshot, here.unit_id, picked, span[0], span[-1]))
    counts = [one["retailers"] for one in found]
    under = [words.say("cells.behind_how")] + ([words.say("cells.behind_capacity")] if here.picked else [])
    st.html(panels.part(words.say("cells.behind"), " · ".join(under)))
    capacity = market.total(here.shown).capacity or None
    first, newest = number(counts[0] if counts else None), number(counts[-1] if counts else None)
    alt = words.say("cells.behind_alt", name=here.name, count=len(counts), first=first, last=newest)
    figure = months_behind(words, span, counts, capacity if here.picked else None)
    st.plotly_chart(figure, theme=None, config=template.CONFIG, key="behind", alt=alt)
    if here.picked:
        versions = labels.records(reads.capacities(here.view.snapshot, here.picked.id))
        said = words.say("shared.list_joint").join(
            words.say(
                "cells.version", date=one["valid_from"].date().isoformat(), capacity=number(one["capacity"])
            )
            for one in versions
        )
        st.html(panels.note(f"{words.say('cells.versions')} {said}"))


def expected(here: Market, as_of: date) -> tuple[dict[date, int], list[float] | None]:
    """The licences that run out by month, and how many are expected to leave."""
    counts: dict[date, int] = {}
    for one in here.shown:
        for month, licences in here.expiring.get(one.id, {}).items():
            counts[month] = counts.get(month, 0) + licences
    return counts, market.exits(
        [counts.get(one, 0) for one in market.ahead(as_of)], market.leaving(here.ran_out)
    )


def _ahead(here: Market, as_of: date) -> None:
    words = here.view.words
    counts, leaving = expected(here, as_of)
    st.html(panels.part(words.say("cells.ahead"), words.say("cells.ahead_how", months=market.AHEAD)))
    alt = words.say("cells.ahead_alt", name=here.name, count=number(sum(counts.values())))
    figure = months_ahead(words, counts, market.ahead(as_of), leaving)
    st.plotly_chart(figure, theme=None, config=template.CONFIG, key="ahead", alt=alt)
    share = market.leaving(here.ran_out)
    said = words.say("cells.ahead_unknown")
    if share is not None:
        ran_out = number(here.ran_out["ran_out"])
        said = words.say("cells.ahead_share", ran_out=ran_out, share=written.value(share, "share"))
    st.html(panels.note(said))


def trial(here: Market) -> None:
    """What another capacity would do to the queue, and which cells it would overfill."""
    words = here.view.words
    st.html(panels.heading(words.say("cells.trial"), here.name, words.say("cells.trial_how")))
    if not here.has_capacity:
        st.html(panels.note(words.say("cells.trial_unknown")))
        return
    with st.container(key="filters_children", horizontal=True):
        percent = int(
            controls.choose(
                "capacity", words.say("cells.trial_change"), [str(one) for one in PERCENTS], "0",
                lambda one: words.say("cells.trial_now") if one == "0"
                else words.say("cells.trial_percent", percent=written.change(int(one))),
            )
        )  # fmt: skip
    found, now = market.tried(here.shown, percent), market.tried(here.shown, 0)
    changed = written.change(found.capacity - now.capacity) if percent else ""
    excess = words.say("cells.trial_excess", count=number(found.excess)) if found.over else ""
    cards = [
        ("trial_capacity", number(found.capacity), changed, False),
        ("trial_served", number(found.served), "", False),
        ("trial_waiting", number(found.waiting), "", False),
        ("trial_over", number(found.over), excess, bool(found.over)),
    ]
    shown = [(words.say(f"cells.{name}"), text, more, attention) for name, text, more, attention in cards]
    if here.picked and here.as_of:
        shown.append(
            (words.say("cells.wait"), _wait(here, replace(here.picked, capacity=found.capacity)), "", False)
        )
    st.html(panels.cards(shown))


def _wait(here: Market, cell: Cell) -> str:
    words = here.view.words
    assert here.as_of is not None
    _, leaving = expected(here, here.as_of)
    months = market.wait(cell.queued, cell.remaining or 0, leaving)
    if months is None:
        return (
            words.say("cells.wait_beyond", months=market.AHEAD)
            if leaving
            else words.say("cells.wait_unknown")
        )
    return words.say("cells.wait_months", count=months) if months else words.say("cells.wait_now")
