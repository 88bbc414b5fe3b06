"""Feeds: the birth certificates of files that come with the contract's own columns and so need no mapping.

`feeds.toml` beside the warehouse may say of each table who produces and owns its feed, and how often it comes. What it
leaves out is as feed_defaults.toml has it: a feed that has stopped is late even where nobody declared it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from etl.gather import Warehouse
from etl.mapping import MappingError

FILE = "feeds.toml"


@dataclass(frozen=True)
class Feed:
    """Who stands behind a table's feed files, and after how many days the next one is late."""

    producer: str | None = None
    owner: str | None = None
    licence: str | None = None
    cadence_days: int | None = None


def feeds(place: Warehouse) -> dict[str, Feed]:
    """The feed of every table. MappingError names a table, key or value that cannot be used."""
    path = place.directory.parent / FILE
    if not path.exists():
        return defaults()
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(path, "", str(error)) from error
    return defaults() | {table: _feed(path, table, values) for table, values in said.items()}


@cache
def defaults() -> dict[str, Feed]:
    """The feed of every table of which nobody has said anything."""
    groups = tomllib.loads(Path(__file__).with_name("feed_defaults.toml").read_text(encoding="utf-8"))
    return {
        table: Feed(cadence_days=group["cadence_days"])
        for group in groups.values()
        for table in group["tables"]
    }


def _feed(path: Path, table: str, values: Any) -> Feed:
    if table not in defaults():
        raise MappingError(
            path, table, f"is no table of the contract; expected one of {', '.join(defaults())}"
        )
    known = {field.name: int if field.name == "cadence_days" else str for field in fields(Feed)}
    if not isinstance(values, dict):
        raise MappingError(path, table, "expected a table of " + ", ".join(known))
    for key, value in values.items():
        if key not in known:
            raise MappingError(path, f"{table}.{key}", f"is unknown; expected {', '.join(known)}")
        if type(value) is not known[key] or value == "" or (isinstance(value, int) and value < 1):
            raise MappingError(path, f"{table}.{key}", f"is {value!r}; expected a {known[key].__name__}")
    return replace(defaults()[table], **values)
