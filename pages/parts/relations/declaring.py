"""How a table of a snapshot is declared for reads: its schema, its name, its columns with their kinds."""

from __future__ import annotations

from sqlalchemy import ARRAY, Column, MetaData, String, Table

METADATA = MetaData()
LIST = ARRAY(String())


def table(schema: str, name: str, /, **columns: type[object] | ARRAY[str]) -> Table:
    """A table, known to METADATA."""
    return Table(name, METADATA, *(Column(key, kind) for key, kind in columns.items()), schema=schema)  # type: ignore[arg-type]
