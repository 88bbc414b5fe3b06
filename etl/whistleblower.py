"""Whistle-blower data: recognised by its columns, read in memory, sealed row by row, never in the warehouse.

What is written to disk is sealed with the discipline role's public key. Beside a sealed row stands nothing but the
keyed hash of its ticket number, by which whoever may open it finds it; a value that stands in the wrong column is
thus hidden as well. Nothing here may write, log or raise a value of such a file: reasons name rules and columns.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook

from etl import extract, readers, sql
from etl.extract import Layout
from etl.inbox import RefusedError
from etl.land import READ_ONLY, make_directory, write_durably
from etl.mapping import Input, Output, Source, normalised, select
from model import vault, warehouse
from model.contract import TABLES, VAULT, table_named

FOLDER = VAULT.name
REFERENCE = "complaint.ticket_no"
_TICKET = "complaint"
_PERSON = re.compile(
    r"reporter|whistle|complainant|informant|举报人|检举人|控告人|投诉人|反映人|诉求人|来电人", re.IGNORECASE
)
"""Words for the one who speaks: never without consequence, in whatever table they stand."""
_IN_TICKETS = re.compile(
    r"caller|target_?staff|original_?ticket|phone|mobile|telephone|e_?mail|wechat|id_?card|contact"
    r"|姓名|电话|手机|联系人|联系方式|身份证|邮箱|微信|来电|市民",
    re.IGNORECASE,
)
"""Words that mean the reporter in a file of tickets, and somebody else anywhere else."""
_OTHERS = re.compile(
    r"承办|经办|受理|处理|派单|部门|商户|企业|单位|店|handl|unit|business|shop|merchant|officer",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"zip|postal|邮编|邮政编码|类型|类别|方式$|type|category|is_|是否|anonym|匿名|人数|次数|count|满意|satisf",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Refused:
    """A reporter's row that is not (yet) joined to a ticket; `ticket` (its hash) where it only waits for it."""

    row_number: int
    reasons: list[str]
    ticket: str | None


# --- recognising ------------------------------------------------------------------------------------------------------


def sensitive_columns(tables: tuple[str, ...], unknown: Iterable[str]) -> tuple[str, ...]:
    """Those of a file's columns, of which the contract knows nothing, that look like a reporter's identity.

    `phone` is a reporter's in a file of tickets, and a shop's elsewhere.
    """
    is_ticket = _TICKET in tables or VAULT.name in tables
    names = {normalised(text) for column in VAULT.columns for text in (column.name, str(column.info["zh"]))}
    names -= {normalised("ticket_no")}
    return tuple(column for column in unknown if _is_sensitive(column, names if is_ticket else set()))


def _is_sensitive(column: str, names: set[str]) -> bool:
    if normalised(column) in names:
        return True
    if _HARMLESS.search(column):
        return False
    if _PERSON.search(column):
        return True
    return bool(names and _IN_TICKETS.search(column) and not _OTHERS.search(column))


def mapped_columns(mapping: Source, declared: Input, columns: Iterable[str]) -> tuple[str, ...]:
    """The sensitive ones among a mapped file's columns: by their names, or because they feed a reporter's identity.

    RefusedError where the mapping would lead one of them anywhere but into the vault.
    """
    outputs = [item for item in mapping.outputs if item.input == declared.name]
    tables = tuple(item.table for item in outputs)
    found = set(sensitive_columns(tables, columns))
    for output in outputs:
        if output.table == VAULT.name:
            _require_plain(mapping, output)
            found |= {
                column
                for name, recipe in output.recipes.items()
                if name != "ticket_no"
                for column in recipe.source_columns()
            }
    for output in outputs if found else []:
        if output.table != VAULT.name:
            _refuse_misuse(mapping, output, found)
    return tuple(column for column in columns if column in found)


def _require_plain(mapping: Source, output: Output) -> None:
    if output.role != "primary" or output.group_by or mapping.enrichments(VAULT.name):
        raise RefusedError(
            f"{mapping.name}: {VAULT.name} can be fed by a primary output only, neither grouped nor enriched."
            " Nothing of the file was kept"
        )


def _refuse_misuse(mapping: Source, output: Output, sensitive: set[str]) -> None:
    """A ticket's pseudonym may be made of the number that the reporter was given, since only its hash goes on."""
    if output.role not in ("primary", "derived") or mapping.enrichments(output.table):
        raise RefusedError(
            f"{mapping.name}: {output.table} joins a file with whistle-blower columns to others;"
            " expected a file that is read alone. Nothing of the file was kept"
        )
    used = set(output.match) | set(output.group_by) | {output.latest_by}
    used |= {output.where.column} if output.where else set()
    for name, recipe in output.recipes.items():
        if not (recipe.hash and name.endswith("ticket_no")):
            used |= set(recipe.source_columns())
    if misused := sorted(sensitive & {column for column in used if column}):
        raise RefusedError(
            f"{mapping.name}: {output.table} is fed from whistle-blower columns ({', '.join(misused)});"
            f" expected them in {VAULT.name} only. Nothing of the file was kept"
        )


def has_sensitive_sheet(path: Path, layout: Layout, tables: tuple[str, ...]) -> bool:
    """Whether a workbook of tickets has reporters on a sheet that is not read; the landing would keep it too."""
    if layout.format != "xlsx" or _TICKET not in tables:
        return False
    with extract.opened(path, layout.is_gzip) as content:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content.read()))
    known = _known_headers(_TICKET) | {normalised(VAULT.columns["ticket_no"].name)}
    for name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(name).to_python()
        header = next(([str(cell) for cell in row if cell != ""] for row in rows if any(row)), [])
        if sensitive_columns(tables, [cell for cell in header if normalised(cell) not in known]):
            return True
    return False


def shown_columns(tables: tuple[str, ...], columns: Iterable[str]) -> str:
    """A header as a message may show it. A file without a header shows its first row in that place: only what the

    contract knows is shown of a file that may hold a reporter's identity.
    """
    names = list(columns)
    if not {_TICKET, VAULT.name} & set(tables):
        return ", ".join(names)
    known = _known_headers(*(table for table in tables if table in TABLES or table == VAULT.name))
    shown = [name for name in names if normalised(name) in known]
    others = len(names) - len(shown)
    return ", ".join(shown + ([f"{others} others, not shown"] if others else []))


def _known_headers(*tables: str) -> set[str]:
    return {
        normalised(text)
        for table in tables
        for column in table_named(table).columns
        for text in (column.name, str(column.info["zh"]))
    }


# --- reading in memory ------------------------------------------------------------------------------------------------


def read(content: bytes, layout: Layout, wanted: str) -> readers.Sheet:
    """The header and rows of a sensitive file, from its bytes in memory; an unreadable row keeps its reason only."""
    if layout.format == "parquet":
        return _parquet(content, layout)
    sheet = extract.sheet(_unpacked(content, layout), layout, wanted)
    return readers.Sheet(sheet.columns, (_emptied(row) for row in sheet.rows))


def _parquet(content: bytes, layout: Layout) -> readers.Sheet:
    with _in_memory(_unpacked(content, layout).getvalue()) as path, warehouse.connect() as private:
        relation = extract.relation(private, path, layout, path)
        assert relation
        rows = private.execute(f"FROM {relation.sql}").fetchall()
    return readers.Sheet(layout.columns, (readers.Row(number, tuple(cells)) for number, *cells in rows))


@contextmanager
def _in_memory(content: bytes) -> Iterator[Path]:
    """A path to bytes that are on no disk, for a reader that wants a file."""
    descriptor = os.memfd_create("sealed")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _emptied(row: readers.Row) -> readers.Row:
    """An unreadable row keeps its reason only: where its cells belong cannot be told."""
    return readers.Row(row.number, (), row.error) if row.error else row


def _unpacked(content: bytes, layout: Layout) -> io.BytesIO:
    return io.BytesIO(gzip.decompress(content) if layout.is_gzip else content)


def without(
    content: bytes, layout: Layout, unwanted: Iterable[str], target: Path, wanted: str
) -> extract.Relation:
    """The rows of a file without its reporter columns, as a relation; only those are written."""
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


# --- sealing ----------------------------------------------------------------------------------------------------------


def reporters(
    content: bytes, layout: Layout, headers: dict[str, str], mapping: Source | None, declared: Input | None
) -> Iterator[tuple[readers.Row, dict[str, str | None]]]:
    """Each row of a file of reporters with its values by contract column, through the mapping where there is one."""
    if mapping is None or declared is None:
        position = {name: layout.columns.index(header) for name, header in headers.items()}
        for row in read(content, layout, FOLDER).rows:
            yield row, {} if row.error else {name: row.cells[at] for name, at in position.items()}
        return
    private = PrivateRows()
    try:
        for row in private.add(content, layout, headers, 0, "reporters"):
            yield row, {}
        names = {column: column for column in headers}
        for output in mapping.outputs:
            if output.table != VAULT.name or output.input != declared.name:
                continue
            query = select(mapping, output, {declared.name: "reporters"}, {declared.name: names})
            columns = ", ".join(["_row_number", *(sql.name(name) for name in output.recorded)])
            for number, *cells in private.connection.execute(f"SELECT {columns} FROM ({query})").fetchall():
                values = dict(zip(output.recorded, cells, strict=True))
                yield readers.Row(number, tuple(cells)), values
    finally:
        private.close()


def seal_rows(
    connection: warehouse.Connection,
    rows: Iterable[tuple[readers.Row, dict[str, str | None]]],
    target: Path,
    public_key: bytes,
    hash_key: bytes,
) -> tuple[int, list[Refused]]:
    """Seal the rows of a reporter file into the vault; return how many belong to a known ticket, and the others.

    A row whose ticket has not arrived is sealed too, and waits in quarantine with nothing but its ticket's hash.
    """
    sealed: dict[int, str] = {}
    lines: list[str] = []
    refused: list[Refused] = []
    for row, values in rows:
        if reasons := _reasons(row, values):
            refused.append(Refused(row.number, reasons, None))
            continue
        ticket = str(values["ticket_no"]).strip()
        plain = json.dumps(values, ensure_ascii=False).encode()
        entry = {
            "ticket": vault.keyed_hash(ticket, hash_key),
            "row_number": row.number,
            "sealed": base64.b64encode(vault.seal(plain, public_key)).decode("ascii"),
        }
        lines.append(json.dumps(entry) + "\n")
        sealed[row.number] = ticket
    known = _known_tickets(connection, set(sealed.values()))
    refused += [
        Refused(number, [f"ticket_no: references {REFERENCE}"], vault.keyed_hash(ticket, hash_key))
        for number, ticket in sealed.items()
        if ticket not in known
    ]
    make_directory(target.parent)
    target.parent.chmod(0o700)
    write_durably(target, "".join(lines), mode=READ_ONLY & 0o700)
    return sum(ticket in known for ticket in sealed.values()), refused


def _known_tickets(connection: warehouse.Connection, tickets: set[str]) -> set[str]:
    found = connection.execute(
        "SELECT ticket_no FROM snapshot.record.complaint WHERE ticket_no IN (SELECT unnest(CAST(? AS VARCHAR[])))",
        [sorted(tickets)],
    ).fetchall()
    return {row[0] for row in found}


def _reasons(row: readers.Row, values: dict[str, str | None]) -> list[str]:
    """What keeps a reporter's row out for good, without any of its values."""
    if row.error:
        return [row.error.split(":")[0]]
    required = [column.name for column in table_named(FOLDER).columns if column.info["required"]]
    return [f"{name}: required" for name in required if not (values.get(name) or "").strip()]
