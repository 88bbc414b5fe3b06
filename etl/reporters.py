"""Reporters: the rows that say who spoke, sealed one by one into the vault, never in the warehouse.

What is written is sealed with the discipline role's public key. Beside a sealed row stands nothing but the keyed hash
of its ticket number, by which whoever may open it finds it; a value that stands in the wrong column is thus hidden as
well. Nothing here may write, log or raise a value of such a file: reasons name rules and columns.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from etl import readers, sql
from etl.building import Building, Report
from etl.extract import Layout
from etl.gather import Intake, Warehouse
from etl.land import READ_ONLY, make_directory, write_durably
from etl.load import Outcome
from etl.mapping import Input, Source, select
from etl.private_rows import PrivateRows, read
from model import vault, warehouse
from model.contract import VAULT, table_named

FOLDER = VAULT.name
REFERENCE = "complaint.ticket_no"


@dataclass(frozen=True)
class Refused:
    """A reporter's row that is not (yet) joined to a ticket; `ticket` (its hash) where it only waits for it."""

    row_number: int
    reasons: list[str]
    ticket: str | None


def seal(building: Building, place: Warehouse, intake: Intake, report: Report) -> int:
    """Seal a file of reporters into the vault; its rows read. Nothing of it enters the warehouse but counts."""
    assert intake.content is not None and intake.layout and intake.headers is not None
    key = vault.public_key(place.vault)
    assert key, "a file of reporters is taken only where a public key is configured"
    recorded = tuple(
        column.name for column in VAULT.columns if intake.mapping or column.name in intake.headers
    )
    named = intake.input.name if intake.input else VAULT.name
    arrival = building.arrival(intake, VAULT.name, named, "primary", recorded, "delta")
    found = reporters(intake.content, intake.layout, intake.headers, intake.mapping, intake.input)
    target = place.vault / FOLDER / f"{intake.sha256}.jsonl"
    sealed, refused = seal_rows(building.connection, found, target, key, vault.hash_key(place.vault))
    for one in refused:
        building.connection.execute(
            "INSERT INTO snapshot.quality.quarantine VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            [
                VAULT.name, intake.name, one.row_number, one.reasons,
                json.dumps({"ticket": one.ticket}) if one.ticket else None, arrival.batch_id, bool(one.ticket),
            ],
        )  # fmt: skip
    outcome = Outcome(read=sealed + len(refused), loaded=sealed, quarantined=len(refused))
    building.keep(report, arrival, outcome)
    return outcome.read


def release(building: Building, report: Report) -> None:
    """Reporters' rows whose ticket has arrived are sealed already: they only leave the quarantine."""
    waiting = "FROM snapshot.quality.quarantine WHERE table_name = ? AND is_waiting"
    if building.connection.execute(f"SELECT count(*) {waiting}", [VAULT.name]).fetchone() == (0,):
        return
    arrived = (
        f"{waiting} AND json_extract_string(\"row\", '$.ticket') IN"
        " (SELECT keyed_hash(ticket_no) FROM snapshot.record.complaint"
        f" WHERE batch_id >= {building.first_batch_id} OR (batch_id, row_number) IN"
        " (SELECT (batch_id, row_number) FROM added WHERE table_name = 'complaint'))"
    )
    counts = building.connection.execute(
        f"SELECT batch_id, count(*) {arrived} GROUP BY 1", [VAULT.name]
    ).fetchall()
    building.connection.execute(f"DELETE {arrived}", [VAULT.name])
    for batch_id, released in counts:
        building.keep_released(report, batch_id, Outcome(released=released))


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
