"""What a finding is called and what of it may be shown: names of sources, tables and columns, plain values.

It exists so that one place decides what a list may reveal: of a column that identifies a person only the name, of
a key that does so nothing. It must not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from model.contract import TABLES, table_named
from pages.parts.frame import View
from pages.parts.reads import quality
from pages.parts.words import Words

_FEED = "feed."


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a read as plain values: None for what is missing, Python's own numbers and moments."""
    return [{str(name): plain(value) for name, value in one.items()} for one in frame.to_dict("records")]


def plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if hasattr(value, "tolist"):
        return value.tolist()
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else value
    return value


def texts_of(value: Any) -> list[str]:
    return [str(one) for one in value] if value is not None else []


def source_name(view: View, source: str) -> str:
    """A source's name; a feed of which nothing was loaded yet is called like its table."""
    clock = view.clocks.get(source)
    if clock:
        return view.words.pick(clock.name_zh, clock.name_en)
    return table_name_of(view.words, source.removeprefix(_FEED)) if source.startswith(_FEED) else source


def table_name_of(words: Words, name: str) -> str:
    try:
        info = table_named(name).info
    except KeyError:
        return name
    return words.pick(info["zh"], info["en"])


def tables(words: Words, names: Iterable[str]) -> str:
    """The names of several tables in a row."""
    return words.say("shared.list_joint").join(table_name_of(words, one) for one in names)


def unit_type(words: Words, code: str) -> str:
    """The name of a kind of unit."""
    return code_name(words, "org_unit", "unit_type", code)


def code_name(words: Words, table_name: str, column: str, code: str) -> str:
    """What a code of a column is called; in English the code itself, in words."""
    codes = TABLES[table_name].columns[column].info["codes"]
    return words.pick(codes.get(code, code), code.replace("_", " "))


def column_name(words: Words, table_name: str, column: str) -> str:
    known = dict(TABLES[table_name].columns.items()) if table_name in TABLES else {}
    return words.pick(known[column].info["zh"], known[column].info["en"]) if column in known else column


def is_shown(table_name: str, column: str) -> bool:
    return table_name in TABLES and column in quality.shown_columns(table_name)


def key_is_shown(table_name: str) -> bool:
    return table_name in TABLES and all(
        is_shown(table_name, one.name) for one in TABLES[table_name].primary_key
    )


def record_key(words: Words, table_name: str, one: dict[str, Any]) -> str:
    """A record's key; where that identifies a person, only the row that it came in."""
    if not key_is_shown(table_name):
        return words.say("health.record_hidden", row=one["row_number"])
    return " · ".join(str(one[f"key_{part.name}"]) for part in TABLES[table_name].primary_key)


def change(words: Words, table_name: str, column: str, one: dict[str, Any]) -> str:
    """What changed in one column: its name, then old → new, or that it may not be shown."""
    name = column_name(words, table_name, column)
    colon = words.say("health.colon")
    if f"old_{column}" not in one:
        return f"{name}{colon}{words.say('health.changed_hidden')}"
    before, after = (one[f"{age}_{column}"] or words.say("health.blank") for age in ("old", "new"))
    return f"{name}{colon}{before} → {after}"
