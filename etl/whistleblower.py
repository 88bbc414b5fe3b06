"""Whistle-blower data: recognised by its columns, read in memory, sealed row by row, never in the warehouse.

What is written to disk is sealed with the discipline role's public key. The pseudonym of the ticket stays readable
beside the sealed row, since it is in the complaint records too and says nothing of the person.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

from etl import extract, readers
from etl.extract import Layout
from etl.land import write_durably
from etl.mapping.declaration import normalised
from model import vault, warehouse
from model.contract import VAULT, table_named

FOLDER = VAULT.name
REFERENCE = "complaint.ticket_no"
_PATTERN = re.compile(
    r"reporter|whistle|complainant|caller|informant|target_?staff|original_?ticket|举报人|投诉人|反映人|来电人|检举人|控告人|被反映人",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Refused:
    """A reporter's row that is not (yet) joined to a ticket; `ticket_no` where it only waits for it."""

    row_number: int
    reasons: list[str]
    ticket_no: str | None


def sensitive_columns(tables: tuple[str, ...], unknown: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a file's unknown columns that look like a reporter's identity.

    Asked of complaint files only: `phone` is a reporter's there, and a shop's elsewhere.
    """
    if "complaint" not in tables:
        return ()
    names = {normalised(text) for column in VAULT.columns for text in (column.name, str(column.info["zh"]))}
    found = [column for column in unknown if normalised(column) in names or _PATTERN.search(column)]
    return tuple(found)


def seal_rows(
    connection: warehouse.Connection,
    content: bytes,
    layout: Layout,
    headers: dict[str, str],
    target: Path,
    key: bytes,
) -> tuple[int, list[Refused]]:
    """Seal the rows of a reporter file into the vault; return how many belong to a known ticket, and the others.

    A row whose ticket has not arrived is sealed too, and waits in quarantine with nothing but its pseudonym.
    """
    tickets = {
        row[0] for row in connection.execute("SELECT ticket_no FROM snapshot.record.complaint").fetchall()
    }
    position = {name: layout.columns.index(header) for name, header in headers.items()}
    sealed: list[str] = []
    refused: list[Refused] = []
    for row in extract.sheet(_unpacked(content, layout), layout, FOLDER).rows:
        values = {} if row.error else {name: row.cells[at] for name, at in position.items()}
        if reasons := _reasons(row, values):
            refused.append(Refused(row.number, reasons, None))
            continue
        plain = json.dumps(values, ensure_ascii=False).encode()
        ticket = str(values["ticket_no"])
        entry = {"ticket_no": ticket, "row_number": row.number}
        sealed.append(
            json.dumps(entry | {"sealed": base64.b64encode(vault.seal(plain, key)).decode("ascii")})
        )
        if ticket not in tickets:
            refused.append(Refused(row.number, [f"ticket_no: references {REFERENCE}"], ticket))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(target, "".join(line + "\n" for line in sealed))
    return len(sealed) - sum(one.ticket_no is not None for one in refused), refused


def without(content: bytes, layout: Layout, unwanted: tuple[str, ...], target: Path) -> extract.Relation:
    """The rows of a complaint file without its reporter columns, as a relation; only those are written."""
    sheet = extract.sheet(_unpacked(content, layout), layout, "complaint")
    kept = [at for at, column in enumerate(layout.columns) if column not in unwanted]
    rows = (
        row if row.error else readers.Row(row.number, tuple(row.cells[at] for at in kept))
        for row in sheet.rows
    )
    columns = tuple(layout.columns[at] for at in kept)
    return extract.written(readers.Sheet(columns, (_emptied(row) for row in rows)), target)


def _emptied(row: readers.Row) -> readers.Row:
    """An unreadable row keeps its reason only: where its cells belong cannot be told."""
    return readers.Row(row.number, (), row.error) if row.error else row


def _unpacked(content: bytes, layout: Layout) -> io.BytesIO:
    if not layout.is_gzip:
        return io.BytesIO(content)
    return io.BytesIO(gzip.decompress(content))


def _reasons(row: readers.Row, values: dict[str, str | None]) -> list[str]:
    """What keeps a reporter's row out for good, without any of its values."""
    if row.error:
        return [row.error.split(":")[0]]
    required = [column.name for column in table_named(FOLDER).columns if column.info["required"]]
    return [f"{name}: required" for name in required if not (values.get(name) or "").strip()]
