"""The list of warnings: how many there are at each level, and which, as the filters ask for them.

It exists so that the page reads as filters and a list. It must not read: what it shows is handed to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import pandas as pd
import streamlit as st

from model.judgement.declaration import LEVELS, Kind
from pages.parts import controls, export, labels, navigation, panels, warned
from pages.parts import words as written
from pages.parts.controls import ALL
from pages.parts.frame import View
from pages.parts.table import Column, figure, table
from pages.parts.warned import Warning
from pages.parts.words import Words

STATES = ("standing", "withdrawn")
FILTERS = ("kind", "level", "state")
_MONTH_DIGITS = 7


@dataclass(frozen=True)
class Filters:
    """What the URL asks for; ALL where it does not narrow."""

    kind: str
    level: str
    indicator: str
    month: str

    def take(self, rows: Sequence[Warning], *, any_level: bool = False) -> list[Warning]:
        """The warnings that match."""
        return [
            one
            for one in rows
            if self.kind in (ALL, one["kind"])
            and (any_level or self.level in (ALL, one["level"]))
            and self.indicator in (ALL, one["indicator_id"])
            and self.month in (ALL, month_of(one))
        ]


def month_of(one: Warning) -> str:
    """The month in which a warning's stretch ends."""
    return warned.day(one["period_end"]).isoformat()[:_MONTH_DIGITS]


def choose_state(words: Words) -> str:
    """Warnings that stand, or those that were withdrawn."""
    return _choose(words, "state", STATES, STATES[0], lambda one: words.say(f"warnings.{one}"))


def choose(words: Words, rows: Sequence[Warning]) -> Filters:
    """The filters, each offering what the warnings hold."""
    ids = list(dict.fromkeys(sorted(str(one["indicator_id"]) for one in rows)))
    names = {str(one["indicator_id"]): warned.indicator_name(words, one) for one in rows}
    months = sorted({month_of(one) for one in rows}, reverse=True)
    return Filters(
        kind=_choose(words, "kind", [ALL, *get_args(Kind)], ALL, lambda one: warned.kind_name(words, one)),
        level=_choose(
            words, "level", [ALL, *reversed(LEVELS)], ALL, lambda one: warned.level_name(words, one)
        ),
        indicator=_choose(words, "indicator", [ALL, *ids], ALL, names.__getitem__),
        month=_choose(
            words, "month", [ALL, *months], ALL, lambda one: words.month(warned.day(f"{one}-01")), "period"
        ),
    )


def _choose(words: Words, name: str, options: Sequence[str], default: str, label: Any, said: str = "") -> str:
    def shown(one: str) -> str:
        return words.say("shared.all") if one == ALL else str(label(one))

    return controls.choose(name, words.say(f"warnings.{said or name}"), options, default, shown)


def counts(words: Words, rows: Sequence[Warning], filters: Filters) -> None:
    """How many there are at each level; a level is chosen in the filters."""
    matching = filters.take(rows, any_level=True)
    items = []
    for level in reversed(LEVELS):
        number = sum(one["level"] == level for one in matching)
        items.append((warned.level_mark(words, level)["text"], written.number(number), "", False))
    st.html(panels.cards(items))


def show(view: View, rows: Sequence[Warning], unit_name: str, state: str, filters: Filters) -> None:
    """The warnings, the highest level first; each leads to why it was raised."""
    words = view.words
    if not rows:
        st.html(panels.note(words.say("warnings.none")))
        return
    table(
        words,
        "warnings",
        words.say("warnings.list"),
        _columns(words, state),
        [_row(words, one) for one in warned.in_order(rows)],
        on_open=lambda key: navigation.follow("warnings", **_query(), warning=key),
        export=export.stamped(
            view, "warnings", (words.say("warnings.counts", unit=unit_name), *_said(words, state, filters))
        ),
        look="warnings",
    )


def _query() -> dict[str, str]:
    return {name: found for name in FILTERS if (found := controls.picked(name))}


def _said(words: Words, state: str, filters: Filters) -> list[str]:
    """The filters that narrow, for the file, in words."""
    said = [("state", words.say(f"warnings.{state}"))]
    if filters.kind != ALL:
        said.append(("kind", warned.kind_name(words, filters.kind)))
    if filters.level != ALL:
        said.append(("level", warned.level_name(words, filters.level)))
    if filters.indicator != ALL:
        said.append(("indicator", warned.indicator_name(words, {"indicator_id": filters.indicator})))
    if filters.month != ALL:
        said.append(("period", words.month(warned.day(f"{filters.month}-01"))))
    return [f"{words.say(f'warnings.{name}')}: {value}" for name, value in said]


def _columns(words: Words, state: str) -> list[Column]:
    columns = [
        Column("indicator", words.say("warnings.indicator")),
        Column("level", words.say("warnings.level"), "mark"),
        Column("kind", words.say("warnings.kind"), "short"),
        Column("unit", words.say("warnings.unit")),
        Column("period", words.say("warnings.period"), "mark"),
        Column("found", words.say("warnings.found"), "figure"),
    ]
    if state == "withdrawn":
        columns.append(Column("reason", words.say("warnings.reason")))
    return columns


def _row(words: Words, one: Warning) -> dict[str, Any]:
    key = str(one["warning_id"])
    row = {
        "key": key,
        "href": navigation.address("warnings", **_query(), warning=key),
        "indicator": warned.indicator_name(words, one),
        "level": warned.level_mark(words, str(one["level"])),
        "kind": warned.kind_name(words, str(one["kind"])),
        "unit": str(one["unit_name"]),
        "period": warned.period_mark(words, one),
        "found": figure(warned.finding(words, one), None),
    }
    if one["reason"]:
        row["reason"] = warned.reason_name(words, str(one["reason"]))
    return row


def rows_of(frame: pd.DataFrame) -> Sequence[Warning]:
    """The warnings of a read as plain values."""
    return labels.records(frame)
