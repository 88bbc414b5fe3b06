"""The stages of a warning's disposition as they are declared: one place that says what counts as verified or closed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from model.indicators import DeclarationError, Words
from model.indicators.reading import read_toml, words_of
from model.process.declaration import expression

FILE = Path(__file__).parent / "stages.toml"
TABLE = "warning"


@dataclass(frozen=True)
class Stage:
    """One stage: its name, and the condition over a row of `warning` that says whether it stands in it."""

    id: str
    name: Words
    where: str


@dataclass(frozen=True)
class Stages:
    """All stages in their order, and for how many months warnings are counted."""

    window_months: int
    items: tuple[Stage, ...]


@cache
def stages() -> Stages:
    """The declared stages. DeclarationError where one cannot be used."""
    return load(FILE)


def load(path: Path) -> Stages:
    """The stages of a file. DeclarationError for the first that cannot be used."""
    given = read_toml(path)
    months, entries = given.get("window_months"), given.get("stage")
    if not isinstance(months, int) or months < 1:
        raise DeclarationError(f"{path.name}: window_months: a whole number from 1 on is needed")
    if not isinstance(entries, dict) or set(given) != {"window_months", "stage"}:
        raise DeclarationError(f"{path.name}: window_months and stages are needed, and nothing else")
    items = []
    for name, entry in entries.items():
        key = f"[stage.{name}]"
        if not isinstance(entry, dict) or set(entry) != {"name", "where"}:
            raise DeclarationError(f"{path.name}: {key}: name and where are needed, and nothing else")
        where = expression(path.name, f"{key} where", entry["where"], TABLE, also=("as_of",))
        items.append(Stage(name, words_of(path.name, f"{key} name", entry["name"]), where))
    return Stages(months, tuple(items))
