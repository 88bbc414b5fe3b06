"""What a mapping says, as frozen values: the source, its inputs, the contract tables they feed, and the recipes.

These values are all that the rest of etl knows of a source. This module reads no file and writes no SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

Role = Literal["primary", "supplement", "enrichment", "derived"]
Extent = Literal["full", "delta"]


class MappingError(ValueError):
    """A mapping that cannot be used; the message names the file, the key and the reason."""

    def __init__(self, file: Path, key: str, reason: str) -> None:
        super().__init__(f"{file.name}: {key}: {reason}" if key else f"{file.name}: {reason}")
        self.file, self.key, self.reason = file, key, reason


def normalised(name: str) -> str:
    """A column's name as it is compared: without case, spaces and underscores."""
    return re.sub(r"[\s_\ufeff]+", "", name).casefold()


@dataclass(frozen=True)
class Condition:
    """Rows whose `column` holds one of `values`, or matches the whole of `pattern`."""

    column: str
    values: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True)
class Recipe:
    """How one contract column is made of source columns.

    Exactly one of `columns` (the first that is not blank), `constant`, `template`, `hash` and `sum` says where the
    value comes from; then, in this order: `blank` (on each source column), `prefix`, `split`, `extract`, `formats`,
    `values`, `when`, `when_blank`. `collect` gathers the values of a group into a list.
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    template: tuple[str, ...] = ()
    hash: tuple[str, ...] = ()
    sum: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    blank_as: str | None = None
    prefix: str = ""
    split: str | None = None
    extract: str | None = None
    formats: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    when: Condition | None = None
    when_blank: str | None = None
    collect: bool = False

    def source_columns(self) -> Iterable[str]:
        """The source columns that the value depends on; in a template they stand at the odd places."""
        yield from (*self.columns, *self.template[1::2], *self.hash, *self.sum)
        if self.when:
            yield self.when.column


@dataclass(frozen=True)
class Database:
    """A table of another system: its address, or the environment variable that holds it, and the cursor column.

    `optional`: an installation may be without this system; where its address is not set, or its SQLite file holds no
    table, nothing is read.
    """

    url: str | None
    url_variable: str | None
    table: str
    cursor: str | None
    optional: bool = False


@dataclass(frozen=True)
class AsOf:
    """Up to when an input speaks: the latest value of some columns, or a constant day."""

    columns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    constant: str | None = None


@dataclass(frozen=True)
class Input:
    """One kind of file, or one database table. `columns` are those it cannot do without."""

    name: str
    glob: str | None
    database: Database | None
    columns: tuple[str, ...]
    null_values: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    as_of: AsOf | None = None

    def accepts(self, file_name: str) -> bool:
        """Whether a file of this name is of this kind, compressed or not, in any case."""
        if self.glob is None:
            return False
        name = file_name.rsplit("/", 1)[-1].casefold()
        pattern = self.glob.casefold()
        return fnmatchcase(name, pattern) or fnmatchcase(name.removesuffix(".gz"), pattern)


@dataclass(frozen=True)
class Output:
    """One contract table fed from one input. `recorded` are the contract columns that it gives."""

    table: str
    input: str
    role: Role
    recorded: tuple[str, ...]
    match: tuple[str, ...] = ()
    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    latest_by: str | None = None
    where: Condition | None = None
    placeholder: bool = False

    def source_columns(self) -> Iterable[str]:
        """The source columns that the rows depend on."""
        for recipe in self.recipes.values():
            yield from recipe.source_columns()
        if self.where:
            yield self.where.column


@dataclass(frozen=True)
class Source:
    """A source's birth certificate, its inputs and what they feed."""

    name: str
    file: Path
    name_zh: str
    name_en: str
    producer: str
    owner: str
    licence: str
    extent: Extent
    cadence_days: int | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]

    def input(self, name: str) -> Input:
        """The input of this name; KeyError for another."""
        return {item.name: item for item in self.inputs}[name]

    def primary(self, table: str) -> Output:
        """The one output that leads for this table; KeyError where the source has none."""
        return {item.table: item for item in self.outputs if item.role == "primary"}[table]

    def enrichments(self, table: str) -> tuple[Output, ...]:
        """The outputs that add columns to the primary rows of this table, in the order of the file."""
        return tuple(item for item in self.outputs if item.role == "enrichment" and item.table == table)


def match_header(declared: Input, actual: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The file's own name of each column that the input needs, and the columns that cannot be found.

    Order, case, spaces and underscores do not matter. A name written exactly as declared wins; two others that
    could both be meant count as not found.
    """
    names = tuple(actual)
    found: dict[str, str] = {}
    for column in declared.columns:
        candidates = [name for name in names if normalised(name) == normalised(column)]
        if column in candidates:
            found[column] = column
        elif len(candidates) == 1:
            found[column] = candidates[0]
    return found, tuple(column for column in declared.columns if column not in found)
