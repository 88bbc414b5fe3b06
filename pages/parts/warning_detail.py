"""One warning: what it says and why, its picture, the records behind it, the same elsewhere, what became of it.

The picture depends on the kind: the trend with its point, the funnel of like units, the steps of the record, the
changes made to it, or the pairs. It must not show a column about persons.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pandas as pd
import streamlit as st

from model.indicators import Indicator
from pages.parts import controls, evidence, export, labels, navigation, panels, trending, warned
from pages.parts import words as written
from pages.parts.charts.portrait import share
from pages.parts.frame import View
from pages.parts.reads import quality, warnings
from pages.parts.table import Column, figure, picture, table
from pages.parts.trending import Subject
from pages.parts.warned import Warning
from pages.parts.words import Words

_FULL = 100.0
_UNIT = "unit"


def show(view: View, one: Warning, units: pd.DataFrame) -> None:
    """Why it was raised, its picture, its evidence, its like, its history."""
    words, item = view.words, warned.item_of(one)
    with st.container(key="panel_why"):
        level = warned.level_mark(words, str(one["level"]))["text"]
        title = warned.indicator_name(words, one)
        st.html(
            panels.heading(title, level, warned.kind_name(words, str(one["kind"])), warned.period(words, one))
        )
        st.html(panels.remark(warned.sentence(words, one)))
        st.html(panels.note(" · ".join(warned.why(words, one))))
        if item and one["subject_kind"] == _UNIT and navigation.has("trends"):
            month = warned.day(one["period_end"]).isoformat()[:7]
            query = {"unit": str(one["unit_id"]), "indicator": item.id, "month": month}
            with st.container(key="link_trend", width="content"):
                navigation.link("trends", words.say("portraits.to_trend"), **query)
        if navigation.has("handling"):
            with st.container(key="link_handling", width="content"):
                navigation.link("handling", words.say("handling.handle"), warning=str(one["warning_id"]))
    if item:
        _PICTURES[str(one["kind"])](view, one, item, units)
    left, right = st.columns(2, gap="small")
    with left, st.container(key="panel_peers", height="stretch"):
        _peers(view, one, units)
    with right, st.container(key="panel_history", height="stretch"):
        st.html(panels.heading(words.say("warnings.history")))
        seen = warnings.history(view.snapshot, str(one["warning_id"]))
        st.html(panels.steps([("", text, "") for text in warned.history(words, one, seen)]))


def _signal(view: View, one: Warning, item: Indicator, units: pd.DataFrame) -> None:
    with st.container(key="panel_picture"):
        if one["subject_kind"] == _UNIT:
            trending.chart(_subject(view, one, item))
    _records(view, one, item)


def _outlier(view: View, one: Warning, item: Indicator, units: pd.DataFrame) -> None:
    with st.container(key="panel_picture"):
        if one["subject_kind"] == _UNIT:
            trending.funnel(_subject(view, one, item), units)
    _records(view, one, item)


def _subject(view: View, one: Warning, item: Indicator) -> Subject:
    month = warned.day(one["period_end"]).replace(day=1)
    return Subject(view, item, str(one["unit_id"]), str(one["unit_name"]), month)


def _records(view: View, one: Warning, item: Indicator) -> None:
    """The records behind the number, month by month of its stretch."""
    with st.container(key="panel_records"):
        month = evidence.choose_month(
            view.words, warned.day(one["period_start"]), warned.day(one["period_end"])
        )
        evidence.show(view, item, str(one["subject_kind"]), str(one["subject_id"]), month)


def _breach(view: View, one: Warning, item: Indicator, units: pd.DataFrame) -> None:
    """The record's own dates in their order, and the columns that the rule looks at."""
    words = view.words
    kind, subject_id = str(one["subject_kind"]), str(one["subject_id"])
    found = warnings.record(view.snapshot, kind, subject_id)
    with st.container(key="panel_picture"):
        key = words.say("warnings.record_hidden")
        if warnings.is_named(kind, subject_id):
            key = words.say("warnings.record", number=subject_id)
        st.html(panels.heading(words.say("warnings.timeline"), key, _source(view, found)))
        if found is None:
            st.html(panels.note(words.say("warnings.timeline_none")))
            return
        name = warnings.table_of(kind) or ""
        st.html(panels.steps(_steps(words, name, found)))
        needed = [need for need in item.needed_columns(name) if need in found]
        if needed:
            st.html(panels.part(words.say("warnings.fields")))
            rows = [
                {
                    "key": need,
                    "field": labels.column_name(words, name, need),
                    "content": _text(words, name, need, found[need]),
                }
                for need in needed
            ]
            columns = [Column(one, words.say(f"warnings.{one}")) for one in ("field", "content")]
            table(
                words,
                "fields",
                words.say("warnings.fields"),
                columns,
                rows,
                export=export.stamped(view, "warnings", (words.say("warnings.fields"),)),
            )


def _source(view: View, found: dict[str, Any] | None) -> str:
    if found is None or not found.get("file"):
        return ""
    source = labels.source_name(view, str(found["source"]))
    return view.words.say(
        "warnings.record_source", source=source, file=found["file"], row=found["row_number"]
    )


def _steps(words: Words, name: str, found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """When, what, and how long after the step before; in the order in which it happened."""
    dated = [
        (when, column)
        for column, value in found.items()
        if (when := warnings.is_moment(value)) and column != "batch_as_of"
    ]
    steps: list[tuple[str, str, str]] = []
    before = None
    for when, column in sorted(dated):
        days = (when.date() - before.date()).days if before else None
        gap = (
            ""
            if days is None
            else words.say("warnings.timeline_gap", days=days)
            if days
            else words.say("warnings.timeline_same")
        )
        steps.append((_when(when), labels.column_name(words, name, column), gap))
        before = when
    return steps


def _text(words: Words, name: str, column: str, value: Any) -> str:
    """What stands in a column of the record, as it is read."""
    plain = labels.plain(value)
    if plain is None or plain == "":
        return words.say("warnings.blank")
    if isinstance(plain, bool):
        return words.say("warnings.yes" if plain else "warnings.no")
    if isinstance(plain, list):
        return words.say("shared.list_joint").join(str(one) for one in plain)
    if when := warnings.is_moment(plain):
        return _when(when)
    return labels.code_name(words, name, column, str(plain))


def _when(when: datetime) -> str:
    """A moment, or the day alone where no time of it is recorded."""
    return when.date().isoformat() if when.time() == time() else written.moment(when)


def _revision(view: View, one: Warning, item: Indicator, units: pd.DataFrame) -> None:
    """What was changed in the record after its decision, and in which batches."""
    words, name = view.words, str(one["subject_kind"])
    found = labels.records(quality.revisions(view.snapshot, name, None, str(one["subject_id"])))
    with st.container(key="panel_picture"):
        st.html(
            panels.heading(
                words.say("warnings.changes"), words.say("warnings.record", number=one["subject_id"])
            )
        )
        if not found:
            st.html(panels.note(words.say("warnings.changes_none")))
            return
        rows = [
            {
                "key": str(index),
                "changes": [
                    labels.change(words, name, each, row) for each in labels.texts_of(row["changed_columns"])
                ],
                "old_batch": row["batch_id"],
                "new_batch": row["superseded_by_batch_id"],
            }
            for index, row in enumerate(found)
        ]
        columns = [
            Column("changes", words.say("warnings.changes"), "list"),
            Column("old_batch", words.say("warnings.old_batch"), "id"),
            Column("new_batch", words.say("warnings.new_batch"), "id"),
        ]
        table(
            words,
            "changes",
            words.say("warnings.changes"),
            columns,
            rows,
            export=export.stamped(view, "warnings", (words.say("warnings.changes"),)),
        )


def _pattern(view: View, one: Warning, item: Indicator, units: pd.DataFrame) -> None:
    """The pairs by how often they met, beside how often chance would have it."""
    words = view.words
    kind, subject_id = str(one["subject_kind"]), str(one["subject_id"])
    found = warnings.pairs(view.snapshot, item.id, kind, subject_id, warned.day(one["period_end"]))
    with st.container(key="panel_picture"):
        st.html(panels.heading(words.say("warnings.pairs"), words.say("warnings.pairs_how")))
        rows = [
            {
                "key": str(row["place"]),
                "pair_head": words.say("warnings.pair", place=row["place"]),
                "counted": row["counted"],
                "expected": figure(f"{row['expected']:.1f}", row["expected"]),
            }
            for row in labels.records(found)
        ]
        columns = [
            Column("pair_head", words.say("warnings.pair_head")),
            Column("counted", words.say("warnings.counted"), "number"),
            Column("expected", words.say("warnings.expected"), "figure"),
        ]
        table(
            words,
            "pairs",
            words.say("warnings.pairs"),
            columns,
            rows,
            export=export.stamped(view, "warnings", (words.say("warnings.pairs"),)),
        )


def _peers(view: View, one: Warning, units: pd.DataFrame) -> None:
    """How many standing warnings of the same kind the units have that the person answers for."""
    words, reached = view.words, set(units["unit_id"])
    every = labels.records(warnings.like(view.snapshot, str(one["indicator_id"]), str(one["kind"])))
    found = [row for row in every if row["unit_id"] in reached]
    st.html(panels.heading(words.say("warnings.peers"), words.say("warnings.peers_how")))
    most = max((row["count"] for row in found), default=1)
    rows = [
        {
            "key": str(row["unit_id"]),
            "unit": str(row["name"] or row["unit_id"]),
            "bar": picture(share(_FULL * row["count"] / most), written.number(row["count"]), row["count"]),
            "count": row["count"],
        }
        for row in found
    ]
    columns = [
        Column("unit", words.say("warnings.unit")),
        Column("bar", "", "picture"),
        Column("count", words.say("warnings.count"), "number"),
    ]
    chosen = str(one["unit_id"])
    table(
        words,
        "peers",
        words.say("warnings.peers"),
        columns,
        rows,
        picked=chosen,
        look="explained",
        export=export.stamped(view, "warnings", (words.say("warnings.peers"),)),
    )


def back(words: Words, filters: tuple[str, ...]) -> None:
    """The way back to the list, filters kept."""
    query = {name: found for name in filters if (found := controls.picked(name))}
    with st.container(key="breadcrumb", horizontal=True):
        st.page_link(
            navigation.here(),
            label=words.say("warnings.back"),
            query_params=controls.carried(**query),
        )


_PICTURES = {
    "breach": _breach,
    "signal": _signal,
    "outlier": _outlier,
    "pattern": _pattern,
    "revision": _revision,
}
