"""Typed access to a TOML table: each value is asked for by its key and kind, and an error names file and key.

This module knows no key of a mapping and nothing of the contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from etl.mapping.declaration import MappingError

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Section:
    """One TOML table, read key by key; knows where it stands, so that an error can say so."""

    file: Path
    path: str
    data: Mapping[str, Any]
    allowed: tuple[str, ...] | None

    def __post_init__(self) -> None:
        for key in self.data if self.allowed is not None else ():
            if key not in (self.allowed or ()):
                raise self.error(key, "unknown key" + suggestion(key, self.allowed or ()))

    def error(self, key: str, reason: str) -> MappingError:
        return MappingError(self.file, ".".join(part for part in (self.path, key) if part), reason)

    def has(self, key: str) -> bool:
        return key in self.data

    def _typed(self, key: str, kind: type, wanted: str) -> Any:
        value = self.data.get(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(key, f"expected {wanted}" + ("" if key in self.data else ", it is missing"))
        return value

    def text(self, key: str) -> str:
        value: str = self._typed(key, str, "a text")
        if not value.strip():
            raise self.error(key, "expected a text that is not blank")
        return value

    def optional(self, key: str) -> str | None:
        return str(self._typed(key, str, "a text")) if self.has(key) else None

    def name(self, key: str) -> str:
        return self.checked_name(key, self.text(key))

    def checked_name(self, key: str, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise self.error(key, f"{value!r} is no name: small letters, digits and underscores")
        return value

    def choice(self, key: str, choices: Iterable[str]) -> str:
        value, known = self.text(key), tuple(choices)
        if value not in known:
            raise self.error(key, f"{value!r} is none of {', '.join(known)}" + suggestion(value, known))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts; none where the key is absent."""
        value = self.data.get(key, [])
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(item, str) for item in texts):
            raise self.error(key, "expected a text or a list of texts")
        if self.has(key) and not texts:
            raise self.error(key, "the list is empty")
        return tuple(texts)

    def number(self, key: str) -> int | None:
        if not self.has(key):
            return None
        value: int = self._typed(key, int, "a whole number")
        if value < 1:
            raise self.error(key, "expected a number above zero")
        return value

    def flag(self, key: str) -> bool:
        return bool(self._typed(key, bool, "true or false")) if self.has(key) else False

    def texts_by_text(self, key: str) -> dict[str, str]:
        if not self.has(key):
            return {}
        found: dict[str, str] = {}
        for old, new in self._typed(key, dict, "a table of texts").items():
            if not isinstance(new, str):
                raise self.error(f"{key}.{old}", "expected a text")
            if old.lower() in found:
                raise self.error(f"{key}.{old}", "stands there twice: case makes no difference")
            found[old.lower()] = new
        return found

    def section(self, key: str, allowed: tuple[str, ...] | None) -> Section:
        """The table under a key; `allowed` is None where its keys are names."""
        return Section(self.file, self._under(key), self._typed(key, dict, "a table"), allowed)

    def named(self, key: str, allowed: tuple[str, ...]) -> dict[str, Section]:
        """The tables under a key by their names, at least one."""
        outer = self.section(key, None)
        if not outer.data:
            raise self.error(key, "is empty")
        return {outer.checked_name(name, name): outer.section(name, allowed) for name in outer.data}

    def listed(self, key: str, allowed: tuple[str, ...]) -> list[Section]:
        """The tables of a list, counted from 1 in messages."""
        items = self._typed(key, list, f"a list of tables ([[{key}]])")
        if not all(isinstance(item, dict) for item in items):
            raise self.error(key, f"expected a list of tables ([[{key}]])")
        return [
            Section(self.file, f"{self._under(key)}[{number}]", item, allowed)
            for number, item in enumerate(items, start=1)
        ]

    def _under(self, key: str) -> str:
        return f"{self.path}.{key}".strip(".")


def suggestion(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
