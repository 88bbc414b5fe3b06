"""A batch: the rows that one file brings for one table, and what all steps call it and its table by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Column, Table

from etl import sql

STAND_IN = "placeholder"
"""The role of a batch of derived rows that stand in only where nothing else ever gives the record."""


@dataclass(frozen=True)
class Arrival:
    """A batch. `recorded` are the contract columns that it delivers."""

    batch_id: int
    source: str
    input: str
    table: Table
    file: str
    sha256: str
    as_of: datetime
    arrived_at: datetime
    extent: str
    role: str
    recorded: tuple[str, ...]

    @property
    def is_derived(self) -> bool:
        """True where its rows were made of other records' values and are no source rows of their own."""
        return self.role in ("derived", STAND_IN)


def identity(arrival: Arrival) -> dict[str, str | int]:
    """What every finding says of its batch."""
    return {"table": arrival.table.name, "file": arrival.file, "batch": arrival.batch_id}


def record(table: Table) -> str:
    """The quoted name of a table's current rows in the warehouse under construction."""
    return f"snapshot.record.{sql.name(table.name)}"


@cache
def type_name(column: Column[object]) -> str:
    """The DuckDB type of a column."""
    return {"ARRAY": "VARCHAR[]", "TEXT": "VARCHAR"}.get(str(column.type).split("(")[0], str(column.type))


def as_text(column: Column[object], value: str) -> str:
    """A typed value as text again, as a file may hold it."""
    return (
        f"array_to_string({value}, ';')"
        if column.info["kind"] == "list<string>"
        else f"CAST({value} AS VARCHAR)"
    )
