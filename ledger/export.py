"""The audit trail as a file that proves itself: entries with the hash that each follows from, as JSON Lines or CSV.

Whoever has the file can check it without the ledger: that no entry in it was altered, removed, put in or reordered, and
that it ends where the ledger said. Exporting is an entry of the trail itself. This module must not change an entry.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select

from ledger import trail
from ledger.new_file import new_file
from ledger.schema import Entry
from ledger.storage import Ledger
from ledger.trail import HASHED, Head
from model import policy
from model.policy import Actor

Form = Literal["jsonl", "csv"]
COLUMNS = (*HASHED, "entry_hash")
_BATCH = 1000


@dataclass(frozen=True)
class Checked:
    """What a file proves: how many entries, what the first follows from, where it ends, and what is wrong."""

    entries: int
    after: Head | None
    head: Head | None
    findings: tuple[str, ...]


def write(
    ledger: Ledger, actor: Actor, target: Path, purpose: str, first: int = 1, last: int | None = None
) -> Head:
    """Write the entries of a stretch to a new file, by its ending; where it ends. The export is recorded first."""
    form = form_of(target)
    policy.require(actor, "see_audit", purpose=purpose)
    with ledger.write(actor) as recorder:
        recorder.record("see_audit", "export", target.name, purpose=purpose, first=first, last=last)
    head = None
    with new_file(target, "w") as file, ledger.read() as session:
        query = select(*(getattr(Entry, name) for name in COLUMNS)).where(Entry.sequence >= first)
        if last is not None:
            query = query.where(Entry.sequence <= last)
        rows = session.execute(query.order_by(Entry.sequence), execution_options={"yield_per": _BATCH})
        writer = csv.writer(file, lineterminator="\n")
        if form == "csv":
            writer.writerow(COLUMNS)
        for row in rows:
            if form == "csv":
                writer.writerow(row)
            else:
                file.write(trail.canonical(dict(zip(COLUMNS, row, strict=True))) + "\n")
            head = Head(row[0], row[-1])
        if head is None:
            raise ValueError("there are no such entries")
    return head


def check(path: Path, expected: Head | None = None) -> Checked:
    """Check a file against itself, and against an end that was noted elsewhere."""
    findings: list[str] = []
    after = head = None
    count = 0
    for place, values in enumerate(_read(path), 1):
        where = f"line {place}"
        if values is None:
            findings.append(f"{where}: cannot be read")
            continue
        count += 1
        sequence, follows = int(values["sequence"]), str(values["previous_hash"])
        if head is None:
            after = Head(sequence - 1, follows)
        elif (sequence, follows) != (head.sequence + 1, head.hash):
            findings.append(f"{where}: entry {sequence} does not follow from entry {head.sequence}")
        if trail.hash_of(values[name] for name in HASHED) != values["entry_hash"]:
            findings.append(f"{where}: entry {sequence} was altered")
        head = Head(sequence, str(values["entry_hash"]))
    if head is None:
        findings.append("the file holds no entry")
    if expected is not None and head != expected:
        findings.append(f"the file does not end with entry {expected.sequence} as it was noted")
    return Checked(count, after, head, tuple(findings))


def form_of(path: Path) -> Form:
    """The form of a file, by its ending."""
    if path.suffix == ".csv":
        return "csv"
    if path.suffix == ".jsonl":
        return "jsonl"
    raise ValueError(f"{path.name}: expected a file that ends with .jsonl or .csv")


def _read(path: Path) -> Iterator[dict[str, Any] | None]:
    """Each entry's columns as they were hashed; None for a line that holds no entry."""
    with path.open(encoding="utf-8", newline="", errors="replace") as file:
        if form_of(path) == "csv":
            csv.field_size_limit(1 << 30)
            yield from _csv_rows(csv.reader(file, strict=True))
        else:
            yield from map(_json_row, file)


def _csv_rows(rows: Iterable[Sequence[str]]) -> Iterator[dict[str, Any] | None]:
    try:
        for number, row in enumerate(rows):
            if number == 0:
                if tuple(row) != COLUMNS:
                    yield None
            elif len(row) == len(COLUMNS) and row[0].isascii() and row[0].isdigit():
                yield {**dict(zip(COLUMNS, row, strict=True)), "sequence": int(row[0])}
            else:
                yield None
    except csv.Error:
        yield None


def _json_row(line: str) -> dict[str, Any] | None:
    try:
        values = json.loads(line)
    except ValueError:
        return None
    is_whole = isinstance(values, dict) and set(values) == set(COLUMNS) and type(values["sequence"]) is int
    return values if is_whole else None
