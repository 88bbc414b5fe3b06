"""The lists of the trends page: the units below, the months, the seasons, the records behind, the meaning.

It must not read a personal column: the reads leave them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import board, controls, evidence, export, judged, labels, monthly, navigation, panels
from pages.parts import words as written
from pages.parts.charts import template
from pages.parts.charts.seasonal import seasonal
from pages.parts.judged import Spot
from pages.parts.reads import indicators
from pages.parts.table import Column, Export, figure, mark, table
from pages.parts.trending import Subject, rule_words
from pages.parts.words import Words

LINE_MONTHS = 24


def _stamp(subject: Subject, *more: str) -> Export:
    words, item = subject.view.words, subject.item
    version = words.say("trends.version_of", id=item.id, version=item.version)
    anew = [words.say("trends.rebased_from", month=words.month(one)) for one in subject.starts]
    what = (
        f"{subject.unit_name} · {words.month(subject.month)}",
        f"{subject.name} · {version}",
        *anew,
        *more,
    )
    return export.stamped(subject.view, "trends", what)


def units(subject: Subject, all_units: pd.DataFrame) -> None:
    """This unit and those below, a line each; a unit's name leads down to it."""
    words, item, snapshot = subject.view.words, subject.item, subject.view.snapshot
    below = all_units[all_units["parent_unit_id"] == subject.unit_id]
    ids = (subject.unit_id, *below["unit_id"])
    frame = indicators.of_indicator(snapshot, ids, item.id)
    compared = {
        one["unit_id"]: one
        for one in labels.records(indicators.compared(snapshot, item.id, monthly.last_day(subject.month)))
    }
    names = dict(zip(all_units["unit_id"], all_units["name"], strict=True))
    months = monthly.span(subject.month, LINE_MONTHS)
    rows = []
    for unit_id in ids:
        own = subject.judged_anew(frame[frame["unit_id"] == unit_id], unit_id)
        line = judged.line(item, subject.state or None, own.to_dict("records"), compared.get(unit_id), months)
        count = line.here.observations
        rows.append(
            {
                "key": unit_id,
                "href": navigation.address("trends", unit=unit_id, indicator=item.id),
                "name": names[unit_id],
                "sample": figure(written.number(count), count),
                "peers": mark(beside(words, compared.get(unit_id))),
            }
            | board.cells(words, line)
        )
    columns = board.columns(words, line) if rows else []
    columns[0] = Column("name", words.say("trends.unit_name"))
    columns[2:3] = [Column("sample", words.say("trends.sample"), "figure")]
    columns.append(Column("peers", words.say("trends.peers"), "mark"))
    table(
        words, "units", subject.name, columns, rows, look="board", export=_stamp(subject),
        on_open=lambda key: controls.go(unit=key), page=len(rows),
    )  # fmt: skip


def beside(words: Words, one: Mapping[str, Any] | None) -> str:
    """Where a unit lies among its like; a dash where there are no limits that it could lie within."""
    if one is None or (one["outside"] is None and one["upper998"] is None):
        return written.NONE
    return words.say(f"trends.outside_{one['outside'] or 'none'}")


def months(subject: Subject, _units: pd.DataFrame) -> None:
    """Every month with its parts, limits and rule, the newest first; a month leads to its records."""
    words, item = subject.view.words, subject.item
    names = ("value", "numerator", "denominator", "sample", "centre", "lower", "upper")
    columns = [
        Column("month_name", words.say("trends.month_name"), "titled"),
        *(Column(name, words.say(f"trends.{name}"), "figure") for name in names),
        Column("state", words.say("trends.state")),
        Column("rule", words.say("trends.rule")),
    ]
    rows = [_month(subject, one) for one in reversed(subject.spots)]
    table(
        words, "months", subject.name, columns, rows, export=_stamp(subject),
        on_open=lambda key: controls.go(month=key, view="records"),
    )  # fmt: skip
    if item.series != "flow":
        st.html(panels.note(words.say("trends.overlap")))


def _month(subject: Subject, one: Spot) -> dict[str, Any]:
    words, item = subject.view.words, subject.item
    key = one.month.isoformat()[:7]
    state = (
        words.say(f"trends.state_{one.state}")
        if one.value is not None
        else board.state_name(words, one.state)
    )
    partial = f" · {words.say('shared.partial')}" if one.is_partial else ""
    rule = f"{rule_words(words)[one.signal]} · {words.say(f'judged.{one.variation}')}" if one.signal else ""
    limits = {name: getattr(one, name) for name in ("value", "centre", "lower", "upper")}
    parts = {"numerator": one.numerator, "denominator": one.denominator, "sample": one.observations}
    return {
        "key": key,
        "href": navigation.address("trends", month=key, indicator=item.id),
        "month_name": {"text": words.month(one.month), "under": "", "order": key},
        "state": state + partial,
        "rule": rule,
        **{name: figure(written.value(number, item.kind), number) for name, number in limits.items()},
        **{name: figure(written.plain(number), number) for name, number in parts.items()},
    }


def seasons(subject: Subject, _units: pd.DataFrame) -> None:
    """The months of each year over one another."""
    words = subject.view.words
    st.plotly_chart(
        seasonal(words, subject.item, subject.spots, subject.month.year),
        theme=None,
        config=template.CONFIG,
        key="seasons",
        alt=words.say("trends.seasons_alt", name=subject.name),
    )
    st.html(panels.note(words.say("trends.seasons_how")))


def records(subject: Subject, _units: pd.DataFrame) -> None:
    """The records that the number of the chosen month counts, those that speak against it first."""
    with st.spinner(subject.view.words.say("shared.working")):
        evidence.show(subject.view, subject.item, indicators.UNIT, subject.unit_id, subject.month)


def meaning(subject: Subject, _units: pd.DataFrame) -> None:
    """What the indicator means, what it rests on, and how it is judged."""
    words, item = subject.view.words, subject.item
    needs = [labels.column_name(words, *need.split(".")) for need in item.needs]
    goal = f"{written.aim(item.target, item.kind)} / {written.aim(item.floor, item.kind)}"
    told = {
        "meaning": words.pick(item.meaning.zh, item.meaning.en),
        "risk": words.pick(item.risk.zh, item.risk.en),
        "basis": words.pick(item.basis.zh, item.basis.en),
        "direction": words.say(f"trends.direction_{item.direction}"),
        "goal": goal,
        "least": written.number(item.minimum_denominator),
        "series": words.say(f"trends.series_{item.series}"),
        "needs": words.say("shared.list_joint").join(dict.fromkeys(needs)),
        "version": words.say("trends.version_of", id=item.id, version=item.version),
    }
    st.html(panels.told((words.say(f"trends.{name}"), text) for name, text in told.items()))
