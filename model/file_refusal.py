"""Why a file was not taken, in Chinese: the loader raises English sentences, and whoever corrects a file reads Chinese.

The sentences stand in file_refusal.toml; what is filled in is handed on, tables and columns of the contract by their
labels. It serves the command line and the pages. What it does not know it must not guess.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from model.contract import TABLES, table_named

_PLACES = {"address": r"\w[\w+]*://.*?"}
"""What a place of a sentence looks like where it may not be just anything."""
_JOINT = "、"


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Every sentence by its name, `zh` and `en`, in the order to try them."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """A pattern for every sentence that a file is refused with, in the order to try them."""
    found = {}
    for name, both in sentences().items():
        parts = re.split(r"{(\w+)}", both["en"])
        parts[::2] = map(re.escape, parts[::2])
        parts[1::2] = [f"(?P<{one}>{_PLACES.get(one, '.+?')})" for one in parts[1::2]]
        found[name] = re.compile("".join(parts), re.DOTALL)
    return found


def in_chinese(message: str) -> str | None:
    """The same sentence in Chinese; None where none fits."""
    for name, pattern in patterns().items():
        if found := pattern.fullmatch(message):
            return sentences()[name]["zh"].format(**_translated(found.groupdict()))
    return None


def _translated(places: dict[str, str]) -> dict[str, str]:
    table = places.get("table", "")
    if table in TABLES and "columns" in places:
        labels = {one.name: str(one.info["zh"]) for one in TABLES[table].columns}
        places["columns"] = _JOINT.join(labels.get(one, one) for one in places["columns"].split(", "))
    return places | {place: _label(places[place]) for place in ("table", "vault") if place in places}


def _label(table: str) -> str:
    try:
        return str(table_named(table).info["zh"])
    except KeyError:
        return table
