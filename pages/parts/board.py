"""The board: one line an indicator, with value, target, changes, its months as a picture, and what rules say of it.

It exists so that a manager reads sixty indicators in one look and opens any of them. It must not read data or judge:
what it shows is handed to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from model.indicators import Indicator
from pages.parts import export, labels, navigation, panels
from pages.parts import words as written
from pages.parts.charts import icon, spark
from pages.parts.controls import Group
from pages.parts.frame import View
from pages.parts.judged import Line
from pages.parts.table import Column, Tone, figure, mark, picture, table
from pages.parts.words import Words

NEUTRAL = "\u00a0◇"
_ASSURANCE_TONES: dict[str, Tone] = {"meets": "better", "misses": "worse"}
LEGEND = ("line", "band", "target", "fired", "few")


def name(words: Words, line: Line) -> str:
    """An indicator's name; one that is neither good nor bad carries its sign."""
    said = words.pick(line.item.name.zh, line.item.name.en)
    return said + (NEUTRAL if line.item.direction == "none" else "")


def show(view: View, lines: Sequence[Line], group: Group, stamp: Sequence[str]) -> None:
    """The lines in their groups, those that the sources do not record last; the name of each leads to its trend."""
    words = view.words
    known, absent = (
        [one for one in lines if (one.here.state == "not_computable") == is_absent]
        for is_absent in (False, True)
    )
    unrecorded = {"group": words.say("overview.board_absent", count=len(absent))}
    rows = [
        *(_row(words, one, group) for one in known),
        *(_row(words, one, group) | unrecorded for one in absent),
    ]
    table(
        words,
        "board",
        words.say("overview.board"),
        columns(words, lines[0]),
        rows,
        on_open=lambda key: navigation.follow("trends", indicator=key),
        export=export.stamped(view, "overview", stamp),
        look="board",
        page=len(rows),
    )
    st.html(panels.legend([(one, words.say(f"judged.legend_{one}")) for one in LEGEND]))


def columns(words: Words, line: Line) -> list[Column]:
    """The columns of the board, for lines of the same months as this one."""
    hint = words.say("judged.points_hint")
    return [
        Column("name", words.say("judged.indicator")),
        Column("value", words.month(line.here.month), "figure"),
        Column("target", words.say("judged.target"), "figure"),
        Column("on_month", words.say("judged.on_month"), "figure", hint),
        Column("on_year", words.say("judged.on_year"), "figure", hint),
        Column("line", words.say("judged.months_head", count=len(line.spots)), "picture"),
        Column("variation", words.say("judged.variation"), "picture"),
        Column("assurance", words.say("judged.assurance"), "mark"),
    ]


def _row(words: Words, one: Line, group: Group) -> dict[str, Any]:
    item = one.item
    grouped = getattr(item, f"{group}_name")
    return {
        "key": item.id,
        "href": navigation.address("trends", indicator=item.id),
        "group": words.pick(grouped.zh, grouped.en),
        "name": name(words, one),
        "target": figure(written.aim(item.target, item.kind), item.target),
    } | cells(words, one)


def cells(words: Words, one: Line) -> dict[str, Any]:
    """What the board shows of one line beside its name."""
    kind, said = one.item.kind, words.say(f"judged.{one.here.variation}")
    return {
        "value": value(words, one),
        "on_month": figure(written.difference(one.on_month, kind), one.on_month),
        "on_year": figure(written.difference(one.on_year, kind), one.on_year),
        "line": picture(spark.line(one.spots, one.item.target), alt(words, one)),
        "variation": picture(icon.variation(one.here.variation, one.way), said),
        "assurance": _assurance(words, one),
    }


def value(words: Words, one: Line) -> dict[str, Any]:
    """The number of the month, or the word for its state and what stands in for it."""
    here, kind = one.here, one.item.kind
    if here.value is not None:
        tone: Tone = "worse" if here.variation == "concerning" else "strong"
        partial = words.say("shared.partial") if here.is_partial else measure(words, one.item)
        return figure(written.value(here.value, kind), here.value, tone, partial)
    under, why = "", ""
    if one.stretch:
        months, number = one.stretch.months, written.value(one.stretch.value, kind)
        under = words.say("judged.over_months", months=months, value=number)
        why = words.say("judged.over_months_why", months=months, count=one.stretch.observations)
    elif (
        here.state == "suppressed"
        and one.item.needs_whole_window
        and one.whole_from
        and here.month < one.whole_from
    ):
        why = words.say("judged.not_whole_why", month=words.month(one.whole_from))
    elif here.state == "suppressed":
        least = one.item.minimum_denominator
        count = here.observations or 0
        few = "suppressed_why" if count < least else "suppressed_apart_why"
        why = words.say(f"judged.{few}", count=count, least=least)
    elif here.state == "not_computable":
        columns = [labels.column_name(words, *need.split(".")) for need in one.missing]
        why = words.say("judged.missing_why", columns=words.say("shared.list_joint").join(columns))
    elif here.state == "by_cell":
        why = words.say("judged.by_cell_why")
    return figure(state_name(words, here.state), None, "absent", under, why)


def measure(words: Words, item: Indicator) -> str:
    """What a number that is no share counts, where its name alone does not say so; else nothing."""
    key = f"judged.unit_{item.id}"
    return words.say(key) if key in written.texts() else ""


def state_name(words: Words, state: str) -> str:
    """The word for a state that is no number."""
    return words.say(f"{'shared' if state in ('no_data', 'not_computable') else 'judged'}.{state}")


def alt(words: Words, one: Line) -> str:
    """The picture of the months in words."""
    known = [spot.value for spot in one.spots if spot.value is not None]
    if not known:
        return words.say("judged.line_alt_none", name=name(words, one), count=len(one.spots))
    low, high = (written.value(number, one.item.kind) for number in (min(known), max(known)))
    said = words.say(f"judged.{one.here.variation}")
    count = len(one.spots)
    return words.say(
        "judged.line_alt", name=name(words, one), count=count, low=low, high=high, variation=said
    )


def _assurance(words: Words, one: Line) -> dict[str, Any]:
    said = "none" if one.item.direction == "none" else one.here.assurance
    text = written.NONE if said == "unknown" else words.say(f"judged.{said}")
    return mark(text, _ASSURANCE_TONES.get(said, "plain"), words.say(f"judged.{said}_why"))
