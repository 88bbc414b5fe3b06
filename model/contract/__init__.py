"""The record contract: every table that may be delivered, declared once.

Importing this package declares all tables on METADATA. `TABLES` is in load order (a parent before its children).
"""

from graphlib import TopologicalSorter

from sqlalchemy import Table

from model.contract import complaints, inspection, licensing, programmes, registers, supporting
from model.contract.columns import METADATA, PersonalData, Rule

__all__ = [
    "METADATA",
    "REGISTERS",
    "TABLES",
    "VAULT",
    "PersonalData",
    "Rule",
    "key_of",
    "table_named",
    "unit_column",
]

_MODULES = (registers, licensing, inspection, complaints, supporting, programmes)

VAULT: Table = complaints.complaint_reporter
"""The one table that never enters the warehouse: its rows are sealed into the vault."""


def _parents_first() -> list[Table]:
    """All tables of the warehouse, each after those that its columns refer to; declaration order otherwise."""
    graph: dict[str, set[str]] = {}
    for item in METADATA.tables.values():
        targets = {
            str(one.info["references"]).split(".")[0] for one in item.columns if one.info["references"]
        }
        graph[item.name] = targets - {item.name}
    named = {item.name: item for item in METADATA.tables.values()}
    return [named[name] for name in TopologicalSorter(graph).static_order() if named[name] is not VAULT]


TABLES: dict[str, Table] = {item.name: item for item in _parents_first()}
"""Every table of the warehouse by name, parents first."""

REGISTERS: dict[str, Table] = {name: item for name, item in TABLES.items() if "in_force_from" in item.info}
"""The effective-dated registers by name."""


def table_named(name: str) -> Table:
    """The declared table of this name, the vault's included; KeyError for another name."""
    return VAULT if name == VAULT.name else TABLES[name]


def key_of(item: Table) -> tuple[str, ...]:
    """The names of a table's key columns."""
    return tuple(column.name for column in item.primary_key.columns)


def unit_column(item: Table) -> str | None:
    """The column that says which unit answers for a row, or None."""
    names = ("unit_id", "handling_unit_id", "issuing_unit_id", "taker_unit_id")
    return next((name for name in names if name in item.columns), None)
