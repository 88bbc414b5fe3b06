"""The lists of the data-quality page: sources, batches, refused files, quarantine, cells, revisions, disappeared.

Each turns one or two reads into a table; the longer ones have a table of causes from which one is picked, and below
it the rows. The value of a column that identifies a person is never put into a table, only the column's name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import streamlit as st

from pages.parts import controls, export, labels, panels, rules
from pages.parts import words as written
from pages.parts.frame import View
from pages.parts.reads import quality
from pages.parts.table import Column, mark, table
from pages.parts.words import Words

WENT = ("loaded", "unchanged", "superseding", "quarantined", "merged")
_PICK = "pick"
_JOINT = "|"


def sources(view: View, total: int) -> None:
    """Every source with its clocks; a late one says by how much."""
    words = view.words
    rows = []
    for one in labels.records(quality.sources(view.snapshot)):
        own = {
            "key": one["source"],
            "source": words.pick(one["name_zh"], one["name_en"]) or one["source"],
            "state": timeliness(view, one),
            "as_of": written.moment(one["as_of"]),
            "arrived": written.moment(one["arrived_at"]),
            "cadence": one["cadence_days"],
            "rows": one["row_count"],
        }
        rows.append(own | {name: one[name] for name in ("producer", "owner")})
    columns = _columns(
        words,
        "source",
        "state:mark",
        "as_of",
        "arrived",
        "cadence:number",
        "rows:number",
        "producer",
        "owner",
    )
    table(
        words,
        "sources",
        words.say("health.sources"),
        columns,
        rows,
        export=export.stamped(view, "health", (words.say("health.sources"),)),
    )


def timeliness(view: View, one: Mapping[str, Any]) -> dict[str, Any]:
    """Whether a source is in time; a late one says by how much."""
    words, clock = view.words, view.clocks.get(one["source"])
    overdue = clock.late_by(view.now) if clock else None
    if overdue:
        return mark(words.say("shared.late", age=words.age(overdue)), "attention")
    if one["as_of"] is None:
        return mark(words.say("health.unknown_clock"), "attention")
    return mark(words.say("health.no_cadence" if one["cadence_days"] is None else "health.in_time"))


def batches(view: View, total: int) -> None:
    """Every batch, where its rows went, and whether that adds up."""
    words = view.words
    st.html(panels.legend((str(at), words.say(f"health.{name}")) for at, name in enumerate(WENT)))
    rows = []
    for one in labels.records(quality.batches(view.snapshot)):
        went = {name: int(one[f"{name}_count"]) for name in WENT}
        adds_up = mark(words.say("health.conserved_yes"), "good")
        if one["off_by"]:
            adds_up = mark(words.say("health.conserved_no", count=written.number(one["off_by"])), "attention")
        own = {
            "key": str(one["batch_id"]),
            "batch": int(one["batch_id"]),
            "source": {"text": labels.source_name(view, one["source"]), "under": one["file"]},
            "table": labels.table_name_of(words, one["table_name"]),
            "as_of": written.moment(one["as_of"], view.now),
            "read": int(one["read_count"]),
            "shares": list(went.values()),
            "conserved": adds_up,
            "released": int(one["released_count"]),
        }
        rows.append(own | went)
    numbers = [f"{name}:number" for name in ("read", *WENT)]
    columns = _columns(
        words,
        "batch:id",
        "source:titled",
        "table",
        "as_of:short",
        *numbers,
        "shares:shares",
        "conserved:mark",
        "released:number",
    )
    table(
        words,
        "batches",
        words.say("health.batches"),
        columns,
        rows,
        export=export.stamped(view, "health", (words.say("health.batches"),)),
    )
    _cut(words, len(rows), total)


def refused(view: View, total: int) -> None:
    """Files that were not loaded at all, and why."""
    words = view.words
    rows = [
        {
            "key": one["file"],
            "file": one["file"],
            "source": labels.source_name(view, one["source"]),
            "error": rules.refusal(words, one["error"]),
            "unknown_columns": labels.texts_of(one["unknown_columns"]),
            "arrived": written.moment(one["arrived_at"]),
        }
        for one in labels.records(quality.refused(view.snapshot))
    ]
    columns = _columns(words, "file:mono", "source", "error", "unknown_columns:list", "arrived")
    table(
        words,
        "refused",
        words.say("health.refused"),
        columns,
        rows,
        export=export.stamped(view, "health", (words.say("health.refused"),)),
    )
    _cut(words, len(rows), total)


def quarantine(view: View, total: int) -> None:
    """The rules that keep rows out; below, the rows of the picked one."""
    words = view.words
    causes = [
        {
            "key": _JOINT.join((one["table_name"], one["reason"])),
            "reason": rules.in_words(words, one["table_name"], one["reason"]),
            "table": labels.table_name_of(words, one["table_name"]),
            "rows": int(one["rows"]),
            "waiting": int(one["waiting"]),
        }
        for one in labels.records(quality.quarantine_reasons(view.snapshot))
    ]
    chosen = _causes(view, "quarantine", ("reason", "table", "rows:number", "waiting:number"), causes)
    picked, hidden = (*chosen, None, None)[:2], words.say("health.value_hidden")
    rows = [
        {
            "key": f"{one['file']}:{one['row_number']}",
            "table": labels.table_name_of(words, one["table_name"]),
            "file": one["file"],
            "row_number": one["row_number"],
            "reasons": [
                rules.in_words(words, one["table_name"], each) for each in labels.texts_of(one["reasons"])
            ],
            "state": mark(words.say(f"health.waiting_{'yes' if one['is_waiting'] else 'no'}")),
            "content": json.dumps(one["row"] | dict.fromkeys(one["hidden"], hidden), ensure_ascii=False),
        }
        for one in labels.records(quality.quarantine_rows(view.snapshot, *picked))
    ]
    columns = _columns(
        words, "table:short", "file:mono", "row_number:id", "reasons:list", "state:mark", "content:long"
    )
    table(
        words,
        "quarantine_rows",
        words.say("health.quarantine"),
        columns,
        rows,
        export=export.stamped(view, "health", (words.say("health.quarantine"),)),
    )
    _cut(words, len(rows), _picked_count(causes, "rows", total))


def cells(view: View, total: int) -> None:
    """The rules that emptied values; below, the values of the picked one."""
    words = view.words
    causes = [
        {
            "key": _JOINT.join((one["table_name"], one["column_name"], one["rule"])),
            "reason": rules.in_words(words, one["table_name"], one["rule"]),
            "column": labels.column_name(words, one["table_name"], one["column_name"]),
            "table": labels.table_name_of(words, one["table_name"]),
            "count": int(one["cells"]),
        }
        for one in labels.records(quality.cell_rules(view.snapshot))
    ]
    chosen = _causes(view, "cells", ("reason", "column", "table", "count:number"), causes)
    picked = (*chosen, None, None, None)[:3]
    rows = [
        {
            "key": f"{one['file']}:{one['row_number']}:{one['column_name']}",
            "table": labels.table_name_of(words, one["table_name"]),
            "column": labels.column_name(words, one["table_name"], one["column_name"]),
            "value": one["value"]
            if one["value"] is not None and labels.is_shown(one["table_name"], one["column_name"])
            else words.say("health.value_hidden"),
            "reason": rules.in_words(words, one["table_name"], one["rule"]),
            "file": one["file"],
            "row_number": one["row_number"],
        }
        for one in labels.records(quality.cells(view.snapshot, *picked))
    ]
    columns = _columns(words, "table", "column", "value", "reason", "file:mono", "row_number:id")
    table(
        words,
        "cell_rows",
        words.say("health.cells"),
        columns,
        rows,
        export=export.stamped(view, "health", (words.say("health.cells"),)),
    )
    _cut(words, len(rows), _picked_count(causes, "count", total))


def revisions(view: View, total: int) -> None:
    """The columns that were rewritten; below, the records of the picked one with old and new values."""
    words = view.words
    causes = [
        {
            "key": _JOINT.join((one["table_name"], one["column_name"])),
            "column": labels.column_name(words, one["table_name"], one["column_name"]),
            "table": labels.table_name_of(words, one["table_name"]),
            "count": int(one["revisions"]),
        }
        for one in labels.records(quality.revised_columns(view.snapshot))
    ]
    if not causes:
        return
    chosen = _causes(view, "revisions", ("column", "table", "count:number"), causes)
    name, column = chosen or (str(causes[0]["key"]).split(_JOINT)[0], None)
    found = labels.records(quality.revisions(view.snapshot, name, column))
    rows = [
        {
            "key": str(index),
            "table": labels.table_name_of(words, name),
            "record": labels.record_key(words, name, one),
            "changed": [
                labels.change(words, name, each, one) for each in labels.texts_of(one["changed_columns"])
            ],
            "old_batch": one["batch_id"],
            "new_batch": one["superseded_by_batch_id"],
        }
        for index, one in enumerate(found)
    ]
    columns = _columns(words, "table:short", "record", "changed:list", "old_batch:id", "new_batch:id")
    table(
        words,
        "revision_rows",
        words.say("health.revisions"),
        columns,
        rows,
        export=export.stamped(view, "health", (words.say("health.revisions"),)),
    )
    of_table = view.snapshot.manifest["tables"][name]["revisions"]
    _cut(words, len(rows), _picked_count(causes, "count", of_table))


def disappeared(view: View, total: int) -> None:
    """Records that a later full extract no longer holds; a key that identifies a person is not shown."""
    words = view.words
    rows = [
        {
            "key": str(index),
            "table": labels.table_name_of(words, one["table_name"]),
            "record": one["record_key"]
            if labels.key_is_shown(one["table_name"])
            else words.say("health.value_hidden"),
            "old_batch": one["batch_id"],
            "missing_from": one["missing_batch_id"],
            "returned_in": one["returned_batch_id"],
        }
        for index, one in enumerate(labels.records(quality.disappeared(view.snapshot)))
    ]
    columns = _columns(words, "table", "record:mono", "old_batch:id", "missing_from:id", "returned_in:id")
    table(
        words,
        "disappeared",
        words.say("health.disappeared"),
        columns,
        rows,
        export=export.stamped(view, "health", (words.say("health.disappeared"),)),
    )
    _cut(words, len(rows), total)


def _causes(view: View, name: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The table from which one cause is picked; what is picked, as its parts, () where nothing is."""
    words, picked = view.words, controls.picked(_PICK)
    known = picked if picked in {row["key"] for row in rows} else None
    table(
        words,
        f"{name}_causes",
        words.say(f"health.{name}"),
        _columns(words, *columns),
        rows,
        export=export.stamped(view, "health", (words.say(f"health.{name}"),)),
        picked=known,
        on_pick=lambda key: controls.pick(_PICK, key),
    )
    st.html(
        panels.part(
            words.say("health.detail"),
            next((str(row[columns[0]]) for row in rows if row["key"] == known), ""),
        )
    )
    return tuple(known.split(_JOINT)) if known else ()


def _columns(words: Words, *names: str) -> list[Column]:
    """Columns from `name` or `name:kind`; the label is the page's word for the name."""
    split = [[*one.split(":"), "text"][:2] for one in names]
    return [Column(name, words.say(f"health.{name}"), cast(Any, kind)) for name, kind in split]


def _picked_count(causes: Iterable[dict[str, Any]], name: str, otherwise: int) -> int:
    return next((int(one[name]) for one in causes if one["key"] == controls.picked(_PICK)), otherwise)


def _cut(words: Words, shown: int, total: int) -> None:
    if shown < total:
        text = words.say("shared.table_cut", total=written.number(total), shown=written.number(shown))
        st.html(panels.note(text))
