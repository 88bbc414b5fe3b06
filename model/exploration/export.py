"""Export: a result as CSV, XLSX or Parquet, stamped with what was asked, of which snapshot, by whom and when.

In CSV the stamp is lines that begin with #, in a workbook a sheet of its own, in Parquet metadata. Text that a
spreadsheet would take for a formula is marked as text. It must not ask anything anew.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from model.exploration.limits import limits
from model.exploration.run import Run
from model.exploration.statement import RefusedError

Stamp = Mapping[str, str]
_FORMULA = r"^[=+@\t\r-]"
_INNER_FORMULA = re.compile(r"[,;\t][ \t]*(?=[=+@-])")
"""Where a line that is not quoted would begin a cell with a formula."""


def csv(run: Run, stamp: Stamp) -> bytes:
    """Lines that begin with #, then the header and the rows; with a mark, so that a spreadsheet sees UTF-8."""
    lines = "".join(f"# {name}: {line}\r\n" for name, text in stamp.items() for line in text.splitlines())
    said = _INNER_FORMULA.sub(r"\g<0>'", lines)
    target = io.BytesIO()
    target.write(f"\ufeff{said}".encode())
    rows = _rows(run, as_text=True)
    rows = rows.rename_columns([_no_formula(name) for name in rows.column_names])
    pyarrow.csv.write_csv(rows, target, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return target.getvalue()


def workbook(run: Run, stamp: Stamp) -> bytes:
    """A sheet of rows and a sheet that says what they are. RefusedError where there are too many."""
    if run.shape.rows > limits().workbook_rows:
        raise RefusedError("workbook", f"{limits().workbook_rows:,}")
    made = Workbook(write_only=True)
    sheet, about = made.create_sheet("rows"), made.create_sheet("about")
    sheet.append([_cell(sheet, name) for name, _ in run.shape.columns])
    for batch in _rows(run, as_text=False).to_batches(max_chunksize=10_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sheet.append([_cell(sheet, value) for value in row])
    for name, text in stamp.items():
        about.append([name, _cell(about, text)])
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    """A text as text, whatever it begins with; a control sign, which no workbook can hold, as one that is not known."""
    if not isinstance(value, str):
        return value.replace(tzinfo=None) if getattr(value, "tzinfo", None) else value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
    cell.data_type = "s"
    return cell


def parquet(run: Run, stamp: Stamp) -> bytes:
    """The rows with their types; the stamp as metadata of the file."""
    rows = run.table("*")
    target = io.BytesIO()
    said = {name.encode(): text.encode() for name, text in stamp.items()}
    pyarrow.parquet.write_table(
        rows.replace_schema_metadata({**(rows.schema.metadata or {}), **said}), target
    )
    return target.getvalue()


def _rows(run: Run, *, as_text: bool) -> pa.Table:
    """The rows, what a cell cannot hold as text; `as_text`: nothing that reads as a formula."""
    columns = ", ".join(_column(name, kind, as_text=as_text) for name, kind in run.shape.columns)
    return run.table(columns)


def _column(name: str, kind: str, *, as_text: bool) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    is_plain = not kind.endswith("]") and kind.startswith(
        ("BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "DECIMAL", "FLOAT")
    )
    if is_plain:
        return f"{quoted}::DOUBLE AS {quoted}" if kind.startswith("DECIMAL") else quoted
    text = f"array_to_string({quoted}, ';')" if kind.endswith("[]") else f"{quoted}::VARCHAR"
    if as_text and not kind.startswith(("HUGEINT", "UBIGINT", "UINTEGER")):
        text = f"CASE WHEN regexp_matches({text}, '{_FORMULA}') THEN '''' || {text} ELSE {text} END"
    return f"{text} AS {quoted}"


def _no_formula(name: str) -> str:
    """The head of a column: a question may name it, or a value that it is spread by."""
    return f"'{name}" if re.match(_FORMULA, name) else name


FORMATS: dict[str, Callable[[Run, Stamp], bytes]] = {"csv": csv, "xlsx": workbook, "parquet": parquet}
