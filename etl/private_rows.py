"""Private rows: a file with whistle-blower columns, read in memory and never written in plain.

Bytes come in, rows go out to the caller alone; the file that a reader wants is one in memory, and the database in which
a mapping's SELECT runs never spills. Nothing here may write, log or raise a value of such a file.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from etl import extract, readers, sql
from etl.content import in_memory
from etl.extract import Layout
from model import warehouse


def read(content: bytes, layout: Layout, wanted: str) -> readers.Sheet:
    """The header and rows of a sensitive file, from its bytes in memory; an unreadable row keeps its reason only."""
    if layout.format == "parquet":
        return _parquet(content, layout)
    sheet = extract.sheet(_unpacked(content, layout), layout, wanted)
    return readers.Sheet(sheet.columns, (_emptied(row) for row in sheet.rows))


def _parquet(content: bytes, layout: Layout) -> readers.Sheet:
    with in_memory(_unpacked(content, layout)) as path, warehouse.connect() as private:
        relation = extract.relation(private, path, layout, path)
        assert relation
        rows = private.execute(f"FROM {relation.sql}").fetchall()
    return readers.Sheet(layout.columns, (readers.Row(number, tuple(cells)) for number, *cells in rows))


def _emptied(row: readers.Row) -> readers.Row:
    """An unreadable row keeps its reason only: where its cells belong cannot be told."""
    return readers.Row(row.number, (), row.error) if row.error else row


def _unpacked(content: bytes, layout: Layout) -> io.BytesIO:
    return io.BytesIO(gzip.decompress(content) if layout.is_gzip else content)


def without(
    content: bytes, layout: Layout, unwanted: Iterable[str], target: Path, wanted: str
) -> extract.Relation:
    """The rows of a file without some of its columns, as a relation; only those are written."""
    sheet, hidden = read(content, layout, wanted), set(unwanted)
    kept = [at for at, column in enumerate(layout.columns) if column not in hidden]
    rows = (
        row if row.error else readers.Row(row.number, tuple(row.cells[at] for at in kept))
        for row in sheet.rows
    )
    return extract.written(readers.Sheet(tuple(layout.columns[at] for at in kept), rows), target)


class PrivateRows:
    """The rows of sensitive mapped files, in a database of their own that is in memory and never spills.

    A mapping's SELECT runs there; what comes out are contract columns.
    """

    def __init__(self) -> None:
        self.connection = warehouse.connect()

    def add(
        self, content: bytes, layout: Layout, headers: dict[str, str], number: int, target: str
    ) -> list[readers.Row]:
        """Append a file's rows to a table of this database under the mapping's names; return its unreadable rows."""
        sheet = read(content, layout, "")
        position = {column: layout.columns.index(header) for column, header in headers.items()}
        rows: list[readers.Row] = []
        unreadable: list[readers.Row] = []
        for row in sheet.rows:
            (unreadable if row.error else rows).append(row)
        table: dict[str, list[object]] = {
            "_batch_id": [number] * len(rows),
            "_row_number": [row.number for row in rows],
        }
        table |= {column: [row.cells[at] for row in rows] for column, at in position.items()}
        types = ", ".join(
            ["_batch_id BIGINT", "_row_number BIGINT", *(f"{sql.name(one)} VARCHAR" for one in position)]
        )
        self.connection.execute(f"CREATE TABLE IF NOT EXISTS {target} ({types})")
        self.connection.register("sealed_rows", pd.DataFrame(table, dtype=object))
        self.connection.execute(f"INSERT INTO {target} BY NAME FROM sealed_rows")
        self.connection.unregister("sealed_rows")
        return unreadable

    def close(self) -> None:
        """Forget the rows."""
        self.connection.close()
