"""Whom portraits are of, beside the units, as subjects.toml declares it.

A declaration that would form groups of what does not add up, or score what may not be scored, is refused when it is
read. This module must not compute anything.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from model.contract import TABLES
from model.indicators import Catalogue, DeclarationError
from model.indicators.declaration import Words

FILE = Path(__file__).parent / "subjects.toml"


@dataclass(frozen=True)
class Part:
    """Rows of one view that are counted by group."""

    view: str
    by: Literal["cell", "branch", "column", "tagged"]
    indicators: tuple[str, ...]
    column: str | None = None
    tag: str | None = None
    where: str = "true"

    @property
    def adds_up(self) -> bool:
        """True where a group is made of what is counted by unit and cell anyway, so that no row is read again."""
        return self.by in ("cell", "branch")


@dataclass(frozen=True)
class SubjectKind:
    """One kind of subjects: units of a type, units with a tag, or groups of rows."""

    id: str
    name: Words
    meaning: Words
    needs: tuple[str, ...]
    unit_type: str | None
    tagged: str | None
    parts: tuple[Part, ...]
    members: str | None
    least_members: int


@lru_cache(maxsize=4)
def subject_kinds(path: Path = FILE) -> tuple[SubjectKind, ...]:
    """The declared kinds. DeclarationError where one cannot be used."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        found = tuple(_read(name, entry) for name, entry in given.items())
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DeclarationError(f"{path.name}: cannot be read: {error}") from error
    for kind in found:
        _check(path.name, kind)
    return found


def _read(name: str, entry: dict[str, Any]) -> SubjectKind:
    parts = tuple(Part(**part | {"indicators": tuple(part["indicators"])}) for part in entry.get("parts", ()))
    return SubjectKind(
        name, Words(**entry["name"]), Words(**entry["meaning"]), tuple(entry["needs"]), entry.get("unit_type"),
        entry.get("tagged"), parts, entry.get("members"), int(entry.get("least_members", 0)),
    )  # fmt: skip


def _check(file: str, kind: SubjectKind) -> None:
    """What would form a portrait of nobody, or of too few."""
    if sum((kind.unit_type is not None, kind.tagged is not None, bool(kind.parts))) != 1:
        raise DeclarationError(f"{file}: {kind.id}: one of unit_type, tagged and parts is needed")
    if kind.parts and (
        kind.least_members < 5 or not any(kind.members in part.indicators for part in kind.parts)
    ):
        raise DeclarationError(
            f"{file}: {kind.id}: groups of five members or more, counted by one of its indicators"
        )
    for part in kind.parts:
        if part.by not in ("cell", "branch", "column", "tagged") or (part.by == "column") != (
            part.column is not None
        ):
            raise DeclarationError(f"{file}: {kind.id}: {part.view}: by cell, branch, column or tagged")
        if part.adds_up and part.where != "true":
            raise DeclarationError(f"{file}: {kind.id}: {part.view}: by {part.by} all rows are counted")
    for need in kind.needs:
        table, _, column = need.partition(".")
        if table not in TABLES or column not in TABLES[table].columns:
            raise DeclarationError(f"{file}: {kind.id}: needs: {need} is no column of the contract")


def check_against(kinds: tuple[SubjectKind, ...], catalogue: Catalogue) -> None:
    """DeclarationError for a part whose indicators are not of its view, do not add up, or may not be scored."""
    for kind in kinds:
        for part in kind.parts:
            if part.view not in catalogue.views:
                raise DeclarationError(f"{FILE.name}: {kind.id}: {part.view}: no such view")
            for name in part.indicators:
                item = catalogue.indicators.get(name)
                if item is None or item.view != part.view or item.shape != "ratio" or not item.scored:
                    raise DeclarationError(
                        f"{FILE.name}: {kind.id}: {name}: no scored indicator of {part.view} that adds up over rows"
                    )
                if part.by == "branch" and item.unit != "unit_id":
                    raise DeclarationError(
                        f"{FILE.name}: {kind.id}: {name}: counts by {item.unit}, not by unit"
                    )
            if part.by == "cell" and "cell_id" not in catalogue.views[part.view].columns:
                raise DeclarationError(f"{FILE.name}: {kind.id}: {part.view}: has no cell")
