"""What only the bureau itself can say of its window: where it is, its distances, its limits, read from one TOML.

An error names the file and the key; one that arises while the server runs leaves the last good file in force. It must
not read data.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from model.indicators import DeclarationError, Words
from model.indicators.reading import read_toml, words_of

LOG = logging.getLogger(__name__)
FILE_VARIABLE = "INTEGRITY_WINDOW"
DEFAULT_FILE = Path(__file__).parents[3] / "data" / "reference" / "window.toml"
_KEYS = {"address", "unit", "hotline", "footer", "counter", "office", "layout", "matters", "limits"}
_COUNTER_KEYS = {"place", "hours", "telephone"}


@dataclass(frozen=True)
class Counter:
    """Where to go, when, and whom to call."""

    place: Words
    hours: Words
    telephone: str


@dataclass(frozen=True)
class Layout:
    """The layout rule that a place is pre-checked against, by its version."""

    version: str
    school_metres: int
    method: Words
    basis: Words


@dataclass(frozen=True)
class Matters:
    """Within how many working days what people say is accepted and closed."""

    accept_days: int
    close_days: int


@dataclass(frozen=True)
class Limits:
    """How often one address may ask within a window of time."""

    lookups_per_address: int
    lookups_per_number: int
    submissions_per_address: int
    window: timedelta


@dataclass(frozen=True)
class Setup:
    """The window as it was set up."""

    address: str
    unit_id: str | None
    hotline: str
    footer: Words
    counter: Counter
    offices: Mapping[str, Counter]
    layout: Layout
    matters: Matters
    limits: Limits

    def counter_of(self, unit_id: str | None) -> Counter:
        """Where an office's counter is; the bureau's own where nothing else is said of it."""
        return self.offices.get(unit_id or "", self.counter)


_last_good: list[Setup] = []


def setup() -> Setup:
    """The window as the file says it now, else as it last said it. DeclarationError where it never did."""
    path = Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE)
    try:
        found = _load(path, path.stat().st_mtime_ns if path.exists() else 0)
    except DeclarationError as error:
        if not _last_good:
            raise
        _tell_once(str(error))
        return _last_good[0]
    _last_good[:] = [found]
    return found


@lru_cache(maxsize=8)
def _tell_once(message: str) -> None:
    LOG.error("the window keeps its last good setup: %s", message)


@lru_cache(maxsize=4)
def _load(path: Path, _stamp: int) -> Setup:
    return load(path)


def load(path: Path) -> Setup:
    """The window of a file. DeclarationError for the first thing that cannot be used."""
    return _Reader(path.name, read_toml(path)).setup()


class _Reader:
    """Reads the file, and says where it stands when something is wrong."""

    def __init__(self, file: str, given: dict[str, Any]) -> None:
        self.file, self.given = file, given
        if unknown := sorted(set(given) - _KEYS):
            raise self.wrong(unknown[0], "is not known")

    def wrong(self, key: str, reason: str) -> DeclarationError:
        return DeclarationError(f"{self.file}: {key}: {reason}")

    def setup(self) -> Setup:
        counter = self._table("counter")
        offices = self._table("office") if "office" in self.given else {}
        return Setup(
            address=self._address(),
            unit_id=self._text("unit", self.given) if "unit" in self.given else None,
            hotline=self._text("hotline", self.given),
            footer=self._words("footer", self.given),
            counter=self._counter("counter", counter),
            offices={name: self._office(f"office.{name}", counter, one) for name, one in offices.items()},
            layout=self._layout(self._table("layout")),
            matters=self._matters(self._table("matters")),
            limits=self._limits(self._table("limits")),
        )

    def _table(self, key: str) -> dict[str, Any]:
        found = self.given.get(key)
        if not isinstance(found, dict):
            raise self.wrong(key, "a table is needed")
        return found

    def _text(self, key: str, table: dict[str, Any]) -> str:
        found = table.get(key.rsplit(".", 1)[-1])
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(key, "a text is needed")
        return found

    def _words(self, key: str, table: dict[str, Any]) -> Words:
        return words_of(self.file, key, table.get(key.rsplit(".", 1)[-1]))

    def _number(self, key: str, table: dict[str, Any]) -> int:
        found = table.get(key.rsplit(".", 1)[-1])
        if type(found) is not int or found < 1:
            raise self.wrong(key, "a whole number from 1 on is needed")
        return found

    def _address(self) -> str:
        found = self.given.get("address", "")
        if not isinstance(found, str):
            raise self.wrong("address", "a text is needed")
        parts = urlsplit(found)
        if found and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise self.wrong("address", "an address such as https://window.example.cn is needed")
        return found.rstrip("/")

    def _counter(self, key: str, table: dict[str, Any]) -> Counter:
        return Counter(
            self._words(f"{key}.place", table),
            self._words(f"{key}.hours", table),
            self._text(f"{key}.telephone", table),
        )

    def _office(self, key: str, counter: dict[str, Any], given: object) -> Counter:
        if not isinstance(given, dict) or not given.keys() <= _COUNTER_KEYS:
            raise self.wrong(key, f"a table of {', '.join(sorted(_COUNTER_KEYS))} is needed")
        return self._counter(key, counter | given)

    def _layout(self, table: dict[str, Any]) -> Layout:
        return Layout(
            self._text("layout.version", table),
            self._number("layout.school_metres", table),
            self._words("layout.method", table),
            self._words("layout.basis", table),
        )

    def _matters(self, table: dict[str, Any]) -> Matters:
        return Matters(self._number("matters.accept_days", table), self._number("matters.close_days", table))

    def _limits(self, table: dict[str, Any]) -> Limits:
        return Limits(
            lookups_per_address=self._number("limits.lookups_per_address", table),
            lookups_per_number=self._number("limits.lookups_per_number", table),
            submissions_per_address=self._number("limits.submissions_per_address", table),
            window=timedelta(minutes=self._number("limits.window_minutes", table)),
        )
