"""Extract: what kind of file this is, which columns it has, and a relation of its rows as text.

A relation is something DuckDB can select from, all columns VARCHAR, one row a data row in file order. Well-shaped
CSV and Parquet are read by DuckDB itself; all else goes through the patient readers. Nothing is judged here.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from etl import readers, sql
from etl.inbox import RefusedError
from model import warehouse

Format = Literal["csv", "xlsx", "parquet", "jsonl"]
CHUNK = 1 << 20
_HEAD = 1 << 16
_CHINESE = re.compile("[一-鿿]")


@dataclass(frozen=True)
class Layout:
    """How a file is to be read: format, compression, encoding and delimiter, and its columns in order."""

    format: Format
    is_gzip: bool
    encoding: str
    delimiter: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """Rows ready to select from. `is_numbered`: it has `_row_number`; else a row's number is its position."""

    sql: str
    columns: tuple[str, ...]
    is_numbered: bool
    unreadable: list[readers.Row] = field(default_factory=list)


@contextmanager
def opened(path: Path, is_gzip: bool) -> Iterator[IO[bytes]]:
    """The content of a file, unpacked; RefusedError where the compression is broken."""
    try:
        with path.open("rb") as plain:
            if is_gzip:
                with gzip.open(plain) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield plain
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RefusedError(f"gzip: {error}; the file is truncated or damaged") from error


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
        return Layout("parquet", is_gzip, "", "", _parquet_columns(path))
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        with opened(path, is_gzip) as content:
            return Layout(
                "xlsx", is_gzip, "", "", readers.read_workbook(io.BytesIO(content.read()), wanted).columns
            )
    encoding = detect_encoding(path, is_gzip)
    if (
        path.name.lower().removesuffix(".gz").endswith(("jsonl", "ndjson", "json"))
        or head.lstrip()[:1] == b"{"
    ):
        with opened(path, is_gzip) as content:
            return Layout(
                "jsonl",
                is_gzip,
                encoding,
                "",
                readers.read_json_lines(readers.decoded(content, encoding)).columns,
            )
    with opened(path, is_gzip) as content:
        text = readers.decoded(content, encoding)
        first = text.readline(readers.MAXIMUM_LINE + 1)
    delimiter = max(",\t;|", key=first.count)
    with opened(path, is_gzip) as content:
        columns = readers.read_csv(readers.decoded(content, encoding), delimiter).columns
    return Layout("csv", is_gzip, encoding, delimiter, columns)


def detect_encoding(path: Path, is_gzip: bool) -> str:
    """UTF-8 (with or without mark), UTF-16 by its mark, or GB18030: decided on every byte.

    Bytes that are valid UTF-8 but hold only two-byte characters, as a few Chinese words in GB18030 may look, are
    taken as GB18030 where they decode to it. Bytes that are neither are read as UTF-8, and the broken rows marked.
    """
    with opened(path, is_gzip) as content:
        head = content.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    is_utf8, has_chinese, is_ascii = _scan(path, is_gzip, "utf-8")
    if is_utf8 and (has_chinese or is_ascii):
        return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    is_gb18030, _, _ = _scan(path, is_gzip, "gb18030")
    return "gb18030" if is_gb18030 else "utf-8"


def _scan(path: Path, is_gzip: bool, encoding: str) -> tuple[bool, bool, bool]:
    """Whether all of the file is of this encoding, holds Chinese characters, and is plain ASCII."""
    decoder = codecs.getincrementaldecoder(encoding)()
    has_chinese, is_ascii = False, True
    with opened(path, is_gzip) as content:
        while chunk := content.read(CHUNK):
            if chunk.isascii():
                continue
            is_ascii = False
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError:
                return False, has_chinese, False
            has_chinese = has_chinese or bool(_CHINESE.search(text))
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False, has_chinese, is_ascii
    return True, has_chinese, is_ascii


def _parquet_columns(path: Path) -> tuple[str, ...]:
    with warehouse.connect() as connection:
        try:
            described = connection.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
        except warehouse.Error as error:
            raise RefusedError(f"Parquet: {str(error).splitlines()[0]}; truncated or damaged") from error
    return tuple(str(row[0]) for row in described)


def relation(connection: warehouse.Connection, path: Path, layout: Layout, unpacked: Path) -> Relation | None:
    """The rows of a landed file, read by DuckDB itself; None where the patient readers must do it.

    `unpacked` is where the plain copy of a compressed file may go. Selecting may still fail on
    the shape: then `repaired` is next.
    """
    if layout.format == "parquet":
        return _parquet(connection, path, layout)
    if layout.format != "csv" or layout.encoding not in ("utf-8", "utf-8-sig"):
        return None
    plain = path
    if layout.is_gzip:
        plain = unpacked
        with opened(path, True) as content, plain.open("wb") as target:
            shutil.copyfileobj(content, target, CHUNK)
    return Relation(_csv_function(plain, layout.columns, layout.delimiter), layout.columns, is_numbered=False)


def repaired(content: IO[bytes], layout: Layout, target: Path, wanted: str) -> Relation:
    """The rows that the patient readers can make out, written as plain CSV to `target`."""
    return written(sheet(content, layout, wanted), target)


def written(rows: readers.Sheet, target: Path) -> Relation:
    """A sheet's readable rows as a relation over a plain CSV, and its unreadable ones."""
    with target.open("w", encoding="utf-8", newline="") as file:
        unreadable = readers.write_canonical(rows, file)
    columns = ("_row_number", *rows.columns)
    return Relation(_csv_function(target, columns, ","), rows.columns, True, unreadable)


def sheet(content: IO[bytes], layout: Layout, wanted: str) -> readers.Sheet:
    """The header and rows of any text or workbook content, read patiently."""
    if layout.format == "xlsx":
        return readers.read_workbook(io.BytesIO(content.read()), wanted)
    text = readers.decoded(content, layout.encoding)
    return (
        readers.read_json_lines(text)
        if layout.format == "jsonl"
        else readers.read_csv(text, layout.delimiter)
    )


def _csv_function(path: Path, columns: tuple[str, ...], delimiter: str) -> str:
    declared = ", ".join(f"{sql.literal(column)}: 'VARCHAR'" for column in columns)
    return (
        f"read_csv({sql.literal(str(path))}, auto_detect = false, header = true, delim = {sql.literal(delimiter)},"
        f" quote = '\"', escape = '\"', nullstr = '', columns = {{{declared}}},"
        f" maximum_line_size = {4 * readers.MAXIMUM_LINE})"
    )


def _parquet(connection: warehouse.Connection, path: Path, layout: Layout) -> Relation:
    function = f"read_parquet({sql.literal(str(path))}, file_row_number = true)"
    described = connection.execute(f"DESCRIBE FROM {function}").fetchall()
    selected = [
        f"array_to_string({sql.name(column)}, ';') AS {sql.name(column)}"
        if str(kind).endswith("[]")
        else f"CAST({sql.name(column)} AS VARCHAR) AS {sql.name(column)}"
        for column, kind, *_ in described
        if column != "file_row_number"
    ]
    body = f"(SELECT file_row_number + 1 AS _row_number, {', '.join(selected)} FROM {function})"
    return Relation(body, layout.columns, is_numbered=True)
