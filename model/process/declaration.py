"""Processes as they are declared: the steps of each, where a step begins and ends, its limit and where that comes from.

A limit is shown on a wall as the standard that an office is held against, so one without a stated basis is refused, as
is a step that names a column which the contract does not have: with file, key and reason. A bureau's own file takes
the place of the one beside this module. This module must not compute anything.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from model.contract import TABLES
from model.indicators import DeclarationError, Words
from model.indicators.expression import names_in
from model.indicators.reading import read_toml, words_of

DayKind = Literal["working", "calendar"]
FILE = Path(__file__).parent / "processes.toml"
OWN_FILE_VARIABLE = "INTEGRITY_PROCESSES"
WHOLE = "whole"
"""The step that stands for the process as one; it comes last."""

_EXPRESSIONS = ("start", "end", "left", "where", "limit", "due", "excluded", "excused")
_KEYS = {*_EXPRESSIONS, "name", "meaning", "basis", "day_kind"}


@dataclass(frozen=True)
class Step:
    """One step: expressions over the columns of its process's table, and the standard that it is held against."""

    id: str
    place: int
    name: Words
    meaning: Words
    start: str
    end: str
    left: str | None
    where: str | None
    limit: str | None
    due: str | None
    excluded: str | None
    excused: str | None
    day_kind: DayKind
    basis: Words | None
    needs: tuple[str, ...]

    @property
    def has_limit(self) -> bool:
        """True where there is a standard to hold it against."""
        return self.limit is not None or self.due is not None


@dataclass(frozen=True)
class Process:
    """A process: the table that records it, the column of the unit that runs it, and its steps in order."""

    id: str
    name: Words
    table: str
    unit: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Processes:
    """All processes, with the windows in which their steps are counted."""

    version: int
    windows: tuple[int, ...]
    history_months: int
    items: tuple[Process, ...]


def processes() -> Processes:
    """The declared processes. DeclarationError where one cannot be used."""
    path = Path(os.environ.get(OWN_FILE_VARIABLE) or FILE)
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _load(path: Path, _stamp: int) -> Processes:
    return load(path)


def load(path: Path) -> Processes:
    """The processes of a file. DeclarationError for the first that cannot be used."""
    given = dict(read_toml(path))
    version, windows, history = (given.pop(key, None) for key in ("version", "windows", "history_months"))
    for key, number in (("version", version), ("history_months", history)):
        if not isinstance(number, int) or number < 1:
            raise DeclarationError(f"{path.name}: {key}: a whole number from 1 on is needed")
    is_rising = isinstance(windows, list) and windows == sorted(set(windows)) and windows[:1] == [1]
    if not is_rising or not all(isinstance(one, int) for one in windows):
        raise DeclarationError(f"{path.name}: windows: whole months in rising order from 1 on are needed")
    if not given:
        raise DeclarationError(f"{path.name}: no process is declared")
    items = tuple(_process(path.name, name, entry) for name, entry in given.items())
    return Processes(version, tuple(windows), history, items)


def _process(file: str, name: str, entry: Any) -> Process:
    if not isinstance(entry, dict) or set(entry) != {"name", "table", "unit", "step"}:
        raise DeclarationError(f"{file}: [{name}]: name, table, unit and steps are needed, and nothing else")
    table, unit = entry["table"], entry["unit"]
    if table not in TABLES:
        raise DeclarationError(f"{file}: [{name}] table: {table!r} is no table of the contract")
    if unit not in TABLES[table].columns:
        raise DeclarationError(f"{file}: [{name}] unit: {unit!r} is no column of {table}")
    steps = tuple(
        _Reader(file, f"{name}.step.{step}", table, given).step(step, place)
        for place, (step, given) in enumerate(entry["step"].items(), 1)
    )
    if not steps or steps[-1].id != WHOLE:
        raise DeclarationError(f"{file}: [{name}.step]: the last step is needed to be {WHOLE!r}")
    return Process(name, words_of(file, f"[{name}] name", entry["name"]), table, unit, steps)


@dataclass(frozen=True)
class _Reader:
    """Reads one step, and says where it stands when something is wrong with it."""

    file: str
    key: str
    table: str
    entry: Any

    def wrong(self, key: str, reason: str) -> DeclarationError:
        return DeclarationError(f"{self.file}: [{self.key}] {key}: {reason}")

    def step(self, name: str, place: int) -> Step:
        if not isinstance(self.entry, dict):
            raise self.wrong("", "a table of keys is expected")
        unknown = sorted(set(self.entry) - _KEYS)
        if unknown:
            raise self.wrong(unknown[0], "no such key")
        found = {key: self._expression(key) for key in _EXPRESSIONS}
        start, end = found["start"], found["end"]
        if start is None or end is None:
            raise self.wrong("start" if start is None else "end", "when the step begins and ends is needed")
        if found["limit"] and found["due"]:
            raise self.wrong("due", "either a limit in days or the moment itself, not both")
        kind = self.entry.get("day_kind")
        if kind not in get_args(DayKind):
            raise self.wrong("day_kind", f"{kind!r} is none of {', '.join(get_args(DayKind))}")
        if found["due"] and kind != "calendar":
            raise self.wrong("day_kind", "a moment that the record states is held against the calendar")
        has_limit = bool(found["limit"] or found["due"])
        if has_limit != ("basis" in self.entry):
            raise self.wrong("basis", "a limit needs its source, and only a limit has one")
        needs = {column for text in found.values() if text for column in names_in(text)}
        return Step(
            name, place, self._text("name"), self._text("meaning"), start, end, found["left"], found["where"],
            found["limit"], found["due"], found["excluded"], found["excused"], cast(DayKind, kind),
            self._text("basis") if has_limit else None, tuple(sorted(needs)),
        )  # fmt: skip

    def _text(self, key: str) -> Words:
        return words_of(self.file, f"[{self.key}] {key}", self.entry.get(key))

    def _expression(self, key: str) -> str | None:
        given = self.entry.get(key)
        return None if given is None else expression(self.file, f"[{self.key}] {key}", given, self.table)


def expression(file: str, key: str, given: object, table: str, also: Collection[str] = ()) -> str:
    """An expression over the columns of a table, and those named `also`. DeclarationError where it is none."""
    if not isinstance(given, str) or not given.strip() or ";" in given or "--" in given:
        raise DeclarationError(f"{file}: {key}: {given!r} is no single expression")
    for column in names_in(given):
        if column not in TABLES[table].columns and column not in also:
            raise DeclarationError(f"{file}: {key}: {column!r} is no column of {table}")
    return given
