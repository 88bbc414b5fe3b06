"""The record contract: every table that may be delivered, declared once.

Importing this package declares all tables on METADATA. `TABLES` is in load order (a parent before its children).
"""

from graphlib import TopologicalSorter

from sqlalchemy import Table

from model.contract import complaints, inspection, licensing, programmes, registers, supporting
from model.contract.columns import METADATA, PersonalData, Rule

__all__ = ["METADATA", "REGISTERS", "TABLES", "VAULT", "PersonalData", "Rule", "table_named"]

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
