"""Extract: what kind of file this is, which columns it has, and a relation of its rows as text.

A relation is something DuckDB can select from, all columns VARCHAR, one row a data row in file order. Well-shaped
CSV and Parquet are read by DuckDB itself; all else goes through the patient readers. Nothing is judged here.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from etl import readers, sql
from etl.content import CHUNK, detect_encoding, in_memory, opened
from etl.inbox import RefusedError
from model import warehouse

Format = Literal["csv", "xlsx", "parquet", "jsonl", "sealed"]
"""`sealed`: Parquet as a file of a register of persons is landed, by us."""
PLACE, ERROR, REST = "_row_number", "_landed_error", "_landed_cells"
"""What stands before the columns in it: a row's number, why it could not be read, and what it then held."""
_HEAD = 1 << 16
_PLACE = "file_row_number"
"""What DuckDB calls a row's place in a Parquet file."""


@dataclass(frozen=True)
class Layout:
    """How a file is to be read: format, compression, encoding and delimiter, and its columns in order.

    `is_untidy`: values may have blanks around them that must be looked for. `is_endless`: a line is too long to be one.
    """

    format: Format
    is_gzip: bool
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    is_untidy: bool = False
    is_endless: bool = False


@dataclass(frozen=True)
class Relation:
    """Rows ready to select from. `is_numbered`: it has `_row_number`; else a row's number is its position."""

    sql: str
    columns: tuple[str, ...]
    is_numbered: bool
    unreadable: list[readers.Row] = field(default_factory=list)


def inspect(path: Path, wanted: str) -> Layout:
    """Look at the whole content and say how to read it; RefusedError names what is wrong.

    The content decides, not the file's ending: a workbook named .csv is read as a workbook.
    """
    if path.stat().st_size == 0:
        raise RefusedError("is empty; expected a header row")
    with path.open("rb") as plain:
        is_gzip = plain.read(2) == b"\x1f\x8b"
    with opened(path, is_gzip) as content:
        head = content.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise RefusedError("is empty; expected a header row")
    if head.startswith(b"PAR1"):
        columns = _parquet_columns(path, is_gzip)
        if not is_gzip and columns[:3] == (PLACE, ERROR, REST):
            return Layout("sealed", False, "", "", columns[3:])
        return Layout("parquet", is_gzip, "", "", columns)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        with opened(path, is_gzip) as content:
            columns = readers.read_workbook(io.BytesIO(content.read()), wanted).columns
        return Layout("xlsx", is_gzip, "", "", columns)
    encoding, found = detect_encoding(path, is_gzip)
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(("jsonl", "ndjson", "json")) or head.lstrip()[:1] == b"{":
        with opened(path, is_gzip) as content:
            columns = readers.read_json_lines(readers.decoded(content, encoding)).columns
        return Layout("jsonl", is_gzip, encoding, "", columns)
    with opened(path, is_gzip) as content:
        first = readers.decoded(content, encoding).readline(readers.MAXIMUM_LINE + 1)
    delimiter = max(",\t;|", key=first.count)
    with opened(path, is_gzip) as content:
        columns = readers.read_csv(readers.decoded(content, encoding), delimiter).columns
    is_untidy = found.is_untidy and delimiter != "\t"
    return Layout("csv", is_gzip, encoding, delimiter, columns, is_untidy, found.is_endless)


def _parquet_columns(path: Path, is_gzip: bool) -> tuple[str, ...]:
    if is_gzip:
        with opened(path, True) as content, in_memory(content) as plain:
            return _parquet_columns(plain, False)
    with warehouse.connect() as connection:
        try:
            described = connection.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
        except warehouse.Error as error:
            raise _damaged_parquet(error) from error
    columns = tuple(str(row[0]) for row in described)
    if taken := next((column for column in columns if column.lower() == _PLACE), None):
        raise RefusedError(f"Parquet: has a column {taken}, which its reader needs; expected another name")
    return columns


def _damaged_parquet(error: warehouse.Error) -> RefusedError:
    said = re.sub(r"\s*'[^']*/[^']*'", "", str(error).splitlines()[0].split(": ", 1)[-1])
    return RefusedError(f"Parquet: {said}; the file is truncated or damaged")


def relation(connection: warehouse.Connection, path: Path, layout: Layout, unpacked: Path) -> Relation | None:
    """The rows of a landed file, read by DuckDB itself; None where the patient readers must do it.

    `unpacked` is where the plain copy of a compressed file may go. Selecting may still fail on
    the shape: then `repaired` is next.
    """
    if layout.format == "parquet":
        return _parquet(connection, _plain(path, layout, unpacked), layout)
    if layout.format == "sealed":
        return _sealed(connection, path, layout)
    if layout.format != "csv" or layout.is_endless or layout.encoding not in ("utf-8", "utf-8-sig"):
        return None
    rows = _csv_function(_plain(path, layout, unpacked), layout.columns, layout.delimiter)
    if layout.is_untidy:
        rows = f"(SELECT {', '.join(_tidy(column) for column in layout.columns)} FROM {rows})"
    return Relation(rows, layout.columns, is_numbered=False)


def _plain(path: Path, layout: Layout, unpacked: Path) -> Path:
    """The file itself, or its unpacked copy."""
    if not layout.is_gzip or path == unpacked:
        return path
    with opened(path, True) as content, unpacked.open("wb") as target:
        shutil.copyfileobj(content, target, CHUNK)
    return unpacked


def _tidy(column: str) -> str:
    name = sql.name(column)
    return f"nullif(trim({name}, {sql.literal(readers.BLANKS)}), '') AS {name}"


def repaired(content: IO[bytes], layout: Layout, target: Path, wanted: str) -> Relation:
    """The rows that the patient readers can make out, written as plain CSV to `target`."""
    return written(sheet(content, layout, wanted), target)


def written(rows: readers.Sheet, target: Path) -> Relation:
    """A sheet's readable rows as a relation over a plain CSV, and its unreadable ones."""
    with target.open("w", encoding="utf-8", newline="") as file:
        unreadable = readers.write_canonical(rows, file)
    # a delivered column of that name is none of the contract's: it only must not be in the way
    delivered = (f"{name} delivered" if name.lower() == "_row_number" else name for name in rows.columns)
    columns = ("_row_number", *delivered)
    return Relation(_csv_function(target, columns, ","), rows.columns, True, unreadable)


def sheet(content: IO[bytes], layout: Layout, wanted: str) -> readers.Sheet:
    """The header and rows of any content, read patiently."""
    if layout.format == "xlsx":
        return readers.read_workbook(io.BytesIO(content.read()), wanted)
    if layout.format == "parquet":
        return readers.Sheet(layout.columns, _parquet_rows(content, layout))
    text = readers.decoded(content, layout.encoding)
    if layout.format == "jsonl":
        return readers.read_json_lines(text)
    found = readers.read_csv(text, layout.delimiter)
    if layout.encoding != "gb18030":
        return found
    return readers.Sheet(found.columns, (readers.without_utf_8(row) for row in found.rows))


def _parquet_rows(content: IO[bytes], layout: Layout) -> Iterator[readers.Row]:
    """The rows of a Parquet file one by one; RefusedError where its pages are damaged."""
    with in_memory(content) as path, warehouse.connect() as connection:
        try:
            found = connection.execute(f"FROM {_parquet(connection, path, layout).sql}")
            while rows := found.fetchmany(10_000):
                yield from (readers.Row(number, tuple(cells)) for number, *cells in rows)
        except warehouse.Error as error:
            raise _damaged_parquet(error) from error


def _csv_function(path: Path, columns: tuple[str, ...], delimiter: str) -> str:
    declared = ", ".join(f"{sql.literal(column)}: 'VARCHAR'" for column in columns)
    return (
        f"read_csv({sql.literal(str(path))}, auto_detect = false, header = true, delim = {sql.literal(delimiter)},"
        f" quote = '\"', escape = '\"', nullstr = '', columns = {{{declared}}},"
        f" maximum_line_size = {5 * readers.MAXIMUM_LINE})"
    )


def _parquet(connection: warehouse.Connection, path: Path, layout: Layout) -> Relation:
    function = f"read_parquet({sql.literal(str(path))}, file_row_number = true)"
    described = connection.execute(f"DESCRIBE FROM {function}").fetchall()
    own = ("_row_number", _PLACE)
    selected = [_as_text(column, str(kind)) for column, kind, *_ in described if column.lower() not in own]
    body = f"(SELECT file_row_number + 1 AS _row_number, {', '.join(selected)} FROM {function})"
    return Relation(body, layout.columns, is_numbered=True)


def _sealed(connection: warehouse.Connection, path: Path, layout: Layout) -> Relation:
    """The rows of a landed register of persons; its personal cells are sealed texts still."""
    function = f"read_parquet({sql.literal(str(path))})"
    query = f"SELECT {PLACE}, {ERROR} FROM {function} WHERE {ERROR} IS NOT NULL ORDER BY 1"
    unreadable = [readers.Row(number, (), error) for number, error in connection.execute(query).fetchall()]
    body = f"(SELECT {PLACE}, {sql.names(layout.columns)} FROM {function} WHERE {ERROR} IS NULL)"
    return Relation(body, layout.columns, True, unreadable)


def _as_text(column: str, kind: str) -> str:
    name = sql.name(column)
    if kind == "VARCHAR":
        return _tidy(column)
    if kind.endswith("[]"):
        return f"nullif(array_to_string({name}, ';'), '') AS {name}"
    if kind in ("DOUBLE", "FLOAT"):  # as readers write it: a whole number without a point while it is exact
        is_whole = f"{name} = trunc({name}) AND abs({name}) < {readers.EXACT}"
        return f"CASE WHEN {is_whole} THEN {name}::BIGINT::VARCHAR ELSE {name}::VARCHAR END AS {name}"
    if kind == "BLOB":
        return f"TRY(decode({name})) AS {name}"
    return f"CAST({name} AS VARCHAR) AS {name}"
