"""三道公示 as declared: what is made public before, during and after a decision, and by what rule. It reads no data."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from model.indicators import DeclarationError, Words
from model.indicators.reading import read_toml, words_of

FILE_VARIABLE = "INTEGRITY_PUBLICATION"
DEFAULT_FILE = Path(__file__).parents[3] / "data" / "reference" / "publication.toml"
GATES = ("before", "during", "after")
KINDS = ("licence", "penalty")


@dataclass(frozen=True)
class Item:
    """One thing that is public at a gate."""

    kind: str
    what: Words
    basis: Words
    link: str | None


@dataclass(frozen=True)
class Gate:
    """One of the three gates."""

    id: str
    name: Words
    meaning: Words
    items: tuple[Item, ...]


def gates() -> tuple[Gate, ...]:
    """The gates as the file says them now. DeclarationError where it cannot be used."""
    path = Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE)
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _load(path: Path, _stamp: int) -> tuple[Gate, ...]:
    return load(path)


def load(path: Path) -> tuple[Gate, ...]:
    """The gates of a file. DeclarationError for the first thing that cannot be used."""
    given = read_toml(path)
    return tuple(_gate(path.name, name, given.get(name)) for name in GATES)


def _gate(file: str, name: str, given: object) -> Gate:
    if not isinstance(given, dict) or not isinstance(given.get("items"), list) or not given["items"]:
        raise DeclarationError(f"{file}: [{name}]: name, meaning and items are needed")
    return Gate(
        name,
        words_of(file, f"{name}.name", given.get("name")),
        words_of(file, f"{name}.meaning", given.get("meaning")),
        tuple(_item(file, f"{name}.items", one) for one in given["items"]),
    )


def _item(file: str, key: str, given: object) -> Item:
    if not isinstance(given, dict):
        raise DeclarationError(f"{file}: {key}: a table of kind, what and basis is needed, not {given!r}")
    if given.get("kind") not in KINDS:
        raise DeclarationError(f"{file}: {key}: kind: {given.get('kind')!r} is none of {', '.join(KINDS)}")
    link = given.get("link")
    if link is not None and not (isinstance(link, str) and link.startswith("/")):
        raise DeclarationError(f"{file}: {key}: link: {link!r} is no page of the window")
    return Item(
        str(given["kind"]),
        words_of(file, f"{key}.what", given.get("what")),
        words_of(file, f"{key}.basis", given.get("basis")),
        link,
    )
