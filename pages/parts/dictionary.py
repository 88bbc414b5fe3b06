"""The data dictionary and the lineage of a table: its columns, who records them, its files, and where a record is from.

It must not show what the analysis surface does not hold.
"""

from __future__ import annotations

import streamlit as st

from model import policy
from model.contract import TABLES
from pages.parts import asking, controls, export, labels, panels, visitor
from pages.parts import words as written
from pages.parts.frame import View
from pages.parts.reads import lineage
from pages.parts.table import Column, Export, table
from pages.parts.words import Words

_SNIPPET = """import duckdb

# {when}
connection = duckdb.connect("data/warehouse/{snapshot}/analysis.duckdb", read_only=True)
connection.execute("SET TimeZone = 'Asia/Shanghai'")
frame = connection.sql("SELECT * FROM {table}").df()
"""


def show(view: View) -> None:
    """The columns of the chosen table, its files, and the origin of one of its records."""
    words, tables = view.words, lineage.tables(view.snapshot)
    with st.container(key="filters", horizontal=True):
        chosen = asking.choose_table(words, tables)
    plain = chosen.removeprefix(asking.RECORD)
    is_record = plain != chosen and plain in TABLES
    with st.container(key="panel_columns"):
        st.html(panels.heading(words.say("explore.dictionary"), asking.table_name(words, chosen)))
        _columns(view, chosen, plain if is_record else None, tables[chosen])
    with st.container(key="panel_lineage"):
        how = words.say("explore.lineage_how" if is_record else "explore.lineage_none")
        st.html(panels.heading(words.say("explore.lineage"), how))
        if is_record:
            _files(view, plain)
            _locate(view, plain)
    if not policy.allows(visitor.present(), "query_sql"):
        return
    with st.container(key="panel_notebook"):
        st.html(panels.heading(words.say("explore.notebook")))
        when = str(view.snapshot.manifest.get("published_at", ""))
        st.code(_SNIPPET.format(snapshot=view.snapshot.id, table=chosen, when=when), language="python")


def _columns(view: View, chosen: str, plain: str | None, types: dict[str, str]) -> None:
    words = view.words
    recorded = _recorded(view, plain) if plain else {}
    rows = []
    for name, kind in types.items():
        declared = TABLES[plain].columns.get(name) if plain else None
        exposure = policy.exposure(declared) if declared is not None else "own"
        rows.append(
            {
                "key": name,
                "column": name,
                "name": asking.column_name(words, chosen, name) if declared is not None else "",
                "type": kind,
                "exposure": words.say(f"explore.exposure_{exposure}"),
                "recorded_by": recorded.get(name, []),
            }
        )
    columns = [
        Column("column", words.say("explore.column"), "mono"),
        Column("name", words.say("explore.name")),
        Column("type", words.say("explore.type"), "mono"),
        Column("exposure", words.say("explore.exposure"), "short"),
        Column("recorded_by", words.say("explore.recorded_by"), "list"),
    ]
    table(
        words,
        "dictionary",
        words.say("explore.dictionary"),
        columns,
        rows,
        page=100,
        export=_stamp(view, chosen),
    )


def _stamp(view: View, what: str) -> Export:
    return export.stamped(view, "explore", (what,))


def _recorded(view: View, plain: str) -> dict[str, list[str]]:
    """The sources that record each column."""
    found: dict[str, list[str]] = {}
    for one in labels.records(lineage.batches(view.snapshot, plain)):
        name = labels.source_name(view, str(one["source"]))
        for column in labels.texts_of(one["recorded_columns"]):
            if name not in found.setdefault(column, []):
                found[column].append(name)
    return found


def _files(view: View, plain: str) -> None:
    words = view.words
    rows = [
        {
            "key": str(one["batch_id"]),
            "file": one["file"],
            "source": labels.source_name(view, str(one["source"])),
            "as_of": written.moment(one["as_of"]),
            "rows": one["loaded_count"],
            "batch": one["batch_id"],
        }
        for one in labels.records(lineage.batches(view.snapshot, plain))
    ]
    table(
        words,
        "files",
        words.say("explore.lineage"),
        _file_columns(words, "rows"),
        rows,
        export=_stamp(view, plain),
    )


def _file_columns(words: Words, last: str) -> list[Column]:
    return [
        Column("file", words.say("explore.file"), "mono"),
        Column("source", words.say("explore.source")),
        Column("as_of", words.say("explore.as_of"), "short"),
        Column(last, words.say(f"explore.{last}"), "number" if last == "rows" else "id"),
        Column("batch", words.say("explore.batch"), "id"),
    ]


def _locate(view: View, plain: str) -> None:
    """The files and rows of every version of one record."""
    words, keys = view.words, [one.name for one in TABLES[plain].primary_key]
    st.html(panels.part(words.say("explore.locate")))
    may_ask = policy.asked_columns(
        visitor.present(), f"{asking.RECORD}{plain}", dict.fromkeys(TABLES[plain].columns.keys(), "")
    )
    if not may_ask or any(policy.exposure(TABLES[plain].columns[name]) != "keep" for name in keys):
        st.html(panels.note(words.say("explore.locate_hidden")))
        return
    called = "/".join(labels.column_name(words, plain, name) for name in keys)
    shown = st.query_params.get("record", "")
    key = controls.key_of("record", shown)
    st.session_state[key] = shown

    def keep() -> None:
        chosen = str(st.session_state[key]).strip()
        if controls.is_chosen("record", key, chosen):
            controls.pick("record", chosen or None)

    st.text_input(
        words.say("explore.locate"), key=key, placeholder=called, label_visibility="collapsed", on_change=keep
    )
    asked = st.query_params.get("record")
    if not asked:
        return
    found = labels.records(lineage.origin(view.snapshot, plain, asked, visitor.present()))
    if not found:
        st.html(panels.note(words.say("explore.locate_none")))
        return
    rows = [
        {
            "key": str(index),
            "file": one["file"],
            "source": labels.source_name(view, str(one["source"])),
            "as_of": written.moment(one["as_of"]),
            "row_number": one["row_number"],
            "batch": one["batch_id"],
        }
        for index, one in enumerate(found)
    ]
    table(
        words,
        "origin",
        words.say("explore.locate"),
        _file_columns(words, "row_number"),
        rows,
        export=_stamp(view, asked),
    )
