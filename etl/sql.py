"""SQL files and safe names: the only way in which the loader composes a statement.

A statement is a file in etl/sql/ with `$slots` for names and expressions that are generated from the contract.
Values never go into a slot: they are bound as parameters. This module must not know any table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from string import Template

from model import warehouse

_DIRECTORY = Path(__file__).parent / "sql"


def name(identifier: str) -> str:
    """A quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def names(identifiers: Iterable[str], prefix: str = "") -> str:
    """Quoted identifiers joined by commas, each behind `prefix`."""
    return ", ".join(prefix + name(item) for item in identifiers)


def literal(text: str) -> str:
    """A quoted SQL string, for codes and labels of the contract and for paths of our own."""
    return "'" + text.replace("'", "''") + "'"


@cache
def _template(file: str) -> Template:
    return Template((_DIRECTORY / f"{file}.sql").read_text(encoding="utf-8"))


def statement(file: str, **slots: str) -> str:
    """The statement of a file with its slots filled; KeyError for a slot that is missing."""
    return _template(file).substitute(slots)


def execute(
    connection: warehouse.Connection, file: str, slots: dict[str, str], parameters: Mapping[str, object]
) -> None:
    """Run the statements of a file one by one, each with those of the parameters that it names."""
    for one in statement(file, **slots).split(";\n"):
        used = {name: value for name, value in parameters.items() if f"${name}" in one}
        connection.execute(one, used or None)
