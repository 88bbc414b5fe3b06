"""The records behind a number as a panel: how many were counted, which are to be verified, and each with its id.

It exists so that every page that leads to records shows them alike. It must not show a column about persons.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from model import policy
from model.contract import TABLES
from model.indicators import Indicator, catalogue
from model.policy import RefusedError
from pages.parts import controls, export, labels, monthly, panels, visitor
from pages.parts import words as written
from pages.parts.frame import View
from pages.parts.reads import evidence, records
from pages.parts.table import Column, mark, table
from pages.parts.words import Words


def choose_month(words: Words, first: date, last: date) -> date:
    """One of the months of a stretch, the newest by default; kept in the URL."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    listed = {month.isoformat()[:7]: month for month in monthly.span(last.replace(day=1), count)[::-1]}
    with st.container(key="filters_evidence", horizontal=True):
        chosen = controls.choose(
            "records", words.say("evidence.month"), list(listed), next(iter(listed)),
            lambda one: words.month(listed[one]),
        )  # fmt: skip
    return listed[chosen]


def show(view: View, item: Indicator, kind: str, subject_id: str, month: date) -> None:
    """The records that the indicator counted for a subject in a month, those to be verified first; to who may not see
    them, that they may not."""
    words = view.words
    try:
        policy.require(visitor.present(), "see_records")
    except RefusedError as refusal:
        st.html(panels.note(words.pick(refusal.zh, refusal.en)))
        return
    found = evidence.behind(view.snapshot, item.id, kind, subject_id, month)
    if found is None:
        st.html(panels.note(words.say("evidence.not_computable")))
        return
    said = words.say("evidence.none", month=words.month(month))
    if found.total:
        counts = {"total": written.number(found.total), "adverse": written.number(found.adverse)}
        said = words.say("evidence.count" if found.adverse is None else "evidence.count_adverse", **counts)
    if found.left_out:
        said += words.say("evidence.left_out", count=written.number(found.left_out))
    st.html(panels.part(words.say("evidence.title"), said))
    if not found.total:
        return
    columns, rows = _listed(view, item, found.rows)
    name = words.pick(item.name.zh, item.name.en)
    stamp = (name, words.month(month), subject_id)
    table(
        words,
        "evidence",
        f"{words.say('evidence.title')} · {name}",
        columns,
        rows,
        export=export.stamped(view, "evidence", stamp),
    )
    _remarks(words, item, found)


def _listed(view: View, item: Indicator, found: pd.DataFrame) -> tuple[list[Column], list[dict[str, Any]]]:
    """Columns and rows of the table: the record's key, its unit by name, its day, and how it counted."""
    words, units = view.words, records.units(view.snapshot)
    names = dict(zip(units["unit_id"], units["name"], strict=True))
    shown = [str(name) for name in found.columns if name not in ("is_adverse", "is_left_out")]
    columns = [Column(name, column_label(words, item, name), "short") for name in shown]
    columns.append(Column("judged", words.say("evidence.judged"), "mark"))
    rows = []
    for index, one in enumerate(labels.records(found)):
        cells = {name: _text(one[name], names if name.endswith("unit_id") else {}) for name in shown}
        rows.append(cells | {"key": str(index), "judged": _judged(words, one)})
    return columns, rows


def _judged(words: Words, one: Mapping[str, Any]) -> dict[str, Any]:
    is_adverse = one["is_adverse"]
    if one["is_left_out"]:
        return mark(words.say("evidence.without"), "absent")
    if is_adverse is None:
        return mark(words.say("evidence.neutral"))
    return (
        mark(words.say("evidence.adverse"), "attention")
        if is_adverse
        else mark(words.say("evidence.kept"), "good")
    )


def _text(value: Any, names: dict[str, str]) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return names.get(str(value), str(value))


def column_label(words: Words, item: Indicator, name: str) -> str:
    """What a column of an indicator's view is called."""
    view = catalogue().views[item.view]
    if name in view.derived:
        return words.pick(view.derived[name].zh, view.derived[name].en)
    if name in TABLES[view.table].columns:
        return labels.column_name(words, view.table, name)
    return labels.column_name(words, "org_unit", name) if name == "unit_id" else name


def _remarks(words: Words, item: Indicator, found: evidence.Evidence) -> None:
    if found.total + found.left_out > len(found.rows):
        st.html(panels.note(words.say("evidence.cut", shown=written.number(len(found.rows)))))
    if found.hidden:
        joint = words.say("shared.list_joint")
        names = joint.join(column_label(words, item, name) for name in found.hidden)
        st.html(panels.note(words.say("evidence.hidden", names=names)))
