"""Patient readers: rows of text from files that need care (broken shape, XLSX, JSON Lines, sealed bytes).

The fast path is DuckDB's own CSV and Parquet reader (etl/extract.py); these readers take what it cannot, row by
row, and say of each row that cannot be read why. They know nothing of tables, and write nothing.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook

from etl import json_objects
from etl.inbox import RefusedError

MAXIMUM_LINE = 2_000_000
"""The longest line taken, in characters; beyond it a file is broken, not large."""

csv.field_size_limit(MAXIMUM_LINE)

BLANKS = " \t\r\n\u00a0\u3000\ufeff"
"""What may stand around a value and is no part of it."""

EXACT = 2**53
"""Below it a whole number is exact where numbers are kept as in a workbook."""

BROKEN = "\ufffd"
"""Stands where bytes could not be decoded."""

KEPT_CELLS = 100_000
"""Of so many unreadable rows of a file the cells are kept; the others stand in the landed file, at their row number."""

_UNNAMED = "无列名 no name ({})"
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?\bt=)(["'])e\2""")
"""Where a cell of a sheet says that it holds an error, such as #N/A."""

_BROKEN_TEXT = re.compile("[\ud800-\udfff\ufffd]")


@dataclass(frozen=True, slots=True)
class Row:
    """One data row: its number (the first is 1), its cells as text, and why it could not be read, if so."""

    number: int
    cells: tuple[str | None, ...]
    error: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A header and its data rows."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


def _lines(text: IO[str]) -> Iterator[str]:
    number = 0
    while line := text.readline(MAXIMUM_LINE + 1):
        number += 1
        if len(line) > MAXIMUM_LINE:
            raise RefusedError(
                f"line {number} is longer than {MAXIMUM_LINE:,} characters: is this a table of rows?"
            )
        yield line


def read_csv(text: IO[str], delimiter: str) -> Sheet:
    """The rows of delimited text; a row of the wrong width or with broken quotes carries its error."""
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        header = _named_to_the_end([cell.strip(BLANKS) for cell in next(reader)])
    except StopIteration:
        raise RefusedError("is empty; expected a header row") from None
    except csv.Error as error:
        raise RefusedError(f"header row: {error}") from error
    return Sheet(header, _csv_rows(reader, header))


def _named_to_the_end(header: list[str]) -> tuple[str, ...]:
    """A header that ends with delimiters, as some programs write it: what follows the last name is called so."""
    last = max((place for place, name in enumerate(header, start=1) if name), default=len(header))
    return (*header[:last], *(_UNNAMED.format(place) for place in range(last + 1, len(header) + 1)))


def is_unnamed(column: str) -> bool:
    """Whether a column is one that the header gives no name to, at its end."""
    return column.startswith(_UNNAMED.partition("{")[0])


def _csv_rows(reader: Any, header: tuple[str, ...]) -> Iterator[Row]:
    number, unnamed = 0, sum(map(is_unnamed, header))
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise RefusedError(
                    f"row {number}: a quote is opened and never closed; expected a second quote"
                ) from error
            yield Row(number, (), f"quotes: {error}")
            continue
        if not cells:
            number -= 1
            continue
        if len(cells) == len(header) + 1 and not cells[-1]:
            cells.pop()  # a delimiter at the end of the line
        if len(cells) == len(header) - unnamed:
            cells += [""] * unnamed
        yield Row(number, tuple(cell or None for cell in cells), _shape_error(cells, header))


def _shape_error(cells: list[str], header: tuple[str, ...]) -> str | None:
    if len(cells) != len(header):
        return f"ragged: {len(cells)} cells, expected {len(header)}"
    for column, cell in zip(header, cells, strict=True):
        if BROKEN in cell:
            return f"encoding: {column} holds bytes that are neither UTF-8 nor GB18030"
    if sum(map(len, cells)) > MAXIMUM_LINE:
        return f"longer than {MAXIMUM_LINE:,} characters"
    return None


def without_utf_8(row: Row) -> Row:
    """Mark a row of a GB18030 file that is rather UTF-8, as where two files were put together."""
    cells = [cell for cell in row.cells if cell and not cell.isascii()]
    if row.error or not cells or not all(_is_utf_8(cell) for cell in cells):
        return row
    return Row(row.number, row.cells, "encoding: UTF-8 in a file that is GB18030 elsewhere")


def _is_utf_8(cell: str) -> bool:
    """Whether a text that was read as GB18030 is also Chinese read as UTF-8."""
    try:
        return max(cell.encode("gb18030").decode("utf-8")) >= "\u0800"
    except UnicodeError:
        return False


def read_workbook(content: IO[bytes], wanted: str) -> Sheet:
    """The rows of the one sheet with data of an Excel workbook, or of the sheet called `wanted`."""
    try:
        workbook = CalamineWorkbook.from_filelike(_errors_as_text(content))
        sheets = {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    except (CalamineError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise RefusedError(f"is no readable Excel workbook: {error}") from error
    filled = {name: rows for name, rows in sheets.items() if any(any(c != "" for c in row) for row in rows)}
    if not filled:
        raise RefusedError("is empty; expected a header row")
    if len(filled) > 1 and wanted not in filled:
        found = ", ".join(filled)
        raise RefusedError(
            f"has {len(filled)} sheets with data ({found}); expected one, or one named {wanted}"
        )
    rows = filled[wanted] if wanted in filled else next(iter(filled.values()))
    first = next(i for i, row in enumerate(rows) if any(cell != "" for cell in row))
    header = [_cell_text(cell) or "" for cell in rows[first]]
    while header and not header[-1]:
        header.pop()
    return Sheet(tuple(header), _workbook_rows(rows[first + 1 :], len(header)))


def _errors_as_text(content: IO[bytes]) -> IO[bytes]:
    """A workbook whose errors (#N/A, #REF!) are text: calamine would give them as blank cells."""
    is_zip = zipfile.is_zipfile(content)
    content.seek(0)
    if not is_zip:
        return content
    with zipfile.ZipFile(content) as given:
        sheets = {name: given.read(name) for name in given.namelist() if "worksheets/" in name.lower()}
        said = {
            name: _ERROR_CELL.sub(rb"\1\2str\2", part)
            for name, part in sheets.items()
            if b't="e"' in part or b"t='e'" in part
        }
        if not said:
            content.seek(0)
            return content
        changed = io.BytesIO()
        with zipfile.ZipFile(changed, "w") as target:
            for name in given.namelist():
                target.writestr(name, said[name] if name in said else given.read(name))
    changed.seek(0)
    return changed


def _workbook_rows(rows: list[list[Any]], width: int) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        cells = [_cell_text(cell) for cell in row]
        while len(cells) > width and cells[-1] is None:
            cells.pop()
        cells += [None] * (width - len(cells))
        if any(cell is not None for cell in cells):
            error = f"ragged: {len(cells)} cells, expected {width}" if len(cells) > width else None
            yield Row(number, tuple(cells), error)


def float_text(number: float) -> str:
    """A number as text, a whole one without a point while it is exact: it may be a code that was kept so."""
    return str(int(number)) if number.is_integer() and abs(number) < EXACT else repr(number)


def _cell_text(cell: Any) -> str | None:
    """A cell in the contract's text form."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return float_text(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time, timedelta)):
        return str(cell)
    return str(cell).strip() or None


def read_json_lines(text: IO[str]) -> Sheet:
    """The objects of JSON Lines or of one array; its columns are all keys, in order of appearance (two passes)."""
    columns: dict[str, None] = {}
    for _, item in _objects(text):
        if isinstance(item, dict):
            columns |= dict.fromkeys(item)
    if not columns:
        raise RefusedError("holds no JSON object; expected one a line, or an array of them")
    text.seek(0)
    return Sheet(tuple(columns), _json_rows(text, tuple(columns)))


def _objects(text: IO[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    if json_objects.is_array(text):
        return json_objects.of_array(text, MAXIMUM_LINE)
    return json_objects.of_lines(_lines(text))


def _json_rows(text: IO[str], columns: tuple[str, ...]) -> Iterator[Row]:
    for number, item in _objects(text):
        if isinstance(item, str):
            yield Row(number, (), item)
            continue
        cells = tuple(_json_text(item.get(column)) for column in columns)
        broken = next((at for at, cell in enumerate(cells) if cell and _BROKEN_TEXT.search(cell)), None)
        if broken is None:
            yield Row(number, cells)
        else:
            yield Row(number, (), f"encoding: {columns[broken]} holds a broken character")


def _json_text(value: Any) -> str | None:
    if isinstance(value, list):
        return ";".join(_json_text(item) or "" for item in value) or None
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return _cell_text(value)


def write_canonical(sheet: Sheet, target: IO[str]) -> list[Row]:
    """Write the readable rows as plain CSV behind a `_row_number`; return the unreadable ones.

    Of a file that is unreadable throughout, only the first rows are returned with their cells.
    """
    writer = csv.writer(target, lineterminator="\r\n")  # so that a lone return in a cell is quoted too
    writer.writerow(["_row_number", *sheet.columns])
    unreadable: list[Row] = []
    for row in sheet.rows:
        if row.error:
            is_kept = len(unreadable) < KEPT_CELLS
            unreadable.append(row if is_kept else Row(row.number, (), sys.intern(row.error)))
        else:
            writer.writerow([row.number, *("" if cell is None else cell.strip(BLANKS) for cell in row.cells)])
    return unreadable


def decoded(content: IO[bytes], encoding: str) -> IO[str]:
    """Text of the bytes, line ends kept; undecodable bytes become U+FFFD, which marks the row."""
    return io.TextIOWrapper(content, encoding=encoding, errors="replace", newline="")
