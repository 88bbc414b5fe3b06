"""Proof that the ledger says what was once decided: the chain, its remembered ends, and every row against the chain.

Finds an entry that was altered, removed, inserted or reordered, a chain that was cut or written anew (by the anchor),
and a row that was changed, added or removed past the ledger. It must not write.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from ledger import trail
from ledger.schema import REGISTERS, Base, Entry
from ledger.storage import Ledger
from ledger.trail import BEGINNING, HASHED, Head

_ANCHORED = re.compile(r"([0-9]+) ([0-9a-f]{64})")
_CUT = re.compile(r"[0-9]*|[0-9]+ [0-9a-f]{0,63}")
_BATCH = 1000


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written."""

    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Proof:
    """What verifying found: how many entries, where the chain ends, and what is wrong."""

    entries: int = 0
    head: Head = field(default_factory=lambda: Head(0, BEGINNING))
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """True where nothing is wrong."""
        return not self.findings

    def found(self, where: str, what: str) -> None:
        self.findings.append(Finding(what, where))


@dataclass
class _Told:
    """What the chain tells of the tables: the last image of each row, and the last digest of each register."""

    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    registers: dict[str, str] = field(default_factory=dict)

    def take(self, content: dict[str, Any]) -> None:
        for table, key, values in content.get("rows", ()):
            held = self.rows.setdefault(table, {})
            if values is None:
                held.pop(key, None)
            else:
                held[key] = {**held.get(key, {}), **values}
        if "register" in content:
            self.registers[content["register"]] = content["digest"]


def verify(
    ledger: Ledger, expected: Head | None = None, tell: Callable[[int, int], None] | None = None
) -> Proof:
    """Check all of the ledger in one moment. `expected` is an end of the chain that was kept elsewhere.

    `tell` hears now and then how many entries of how many are checked.
    """
    anchored = _anchored(ledger.anchor)
    proof, told = Proof(), _Told()
    ends = [head for head in (*anchored.heads, expected) if head]
    with ledger.read() as session:
        _check_chain(session, proof, told, ends, tell)
        for head in ends:
            if head.sequence > proof.head.sequence:
                proof.found(f"entry {head.sequence}", "is remembered in the anchor and is gone")
        for place in anchored.broken:
            proof.found(f"anchor line {place}", "cannot be read")
        if anchored.is_missing and proof.entries:
            proof.found(
                "anchor", f"{ledger.anchor} is gone: a chain that was written anew would not be found"
            )
        _check_rows(session, proof, told)
    return proof


def _check_chain(
    session: Session,
    proof: Proof,
    told: _Told,
    ends: Iterable[Head],
    tell: Callable[[int, int], None] | None,
) -> None:
    """Each entry against its hash, the one before it and the remembered ends.

    An entry that is remembered in two ways was written twice: of what was put back by a copy, nothing lapses.
    """
    remembered: defaultdict[int, set[str]] = defaultdict(set)
    for head in ends:
        remembered[head.sequence].add(head.hash)
    last = trail.read_head(session).sequence
    for values in _entries(session):
        sequence, where = values["sequence"], f"entry {values['sequence']}"
        proof.entries += 1
        if tell and proof.entries % _BATCH == 0:
            tell(proof.entries, last)
        if sequence != proof.head.sequence + 1:
            proof.found(
                where, f"follows entry {proof.head.sequence}: entries between them are gone or were put in"
            )
        if values["previous_hash"] != proof.head.hash:
            proof.found(where, "does not follow from the entry before it")
        try:
            is_whole = trail.hash_of(values[name] for name in HASHED) == values["entry_hash"]
            if is_whole:
                told.take(json.loads(values["content"]))
        except (TypeError, ValueError, LookupError, AttributeError, RecursionError):
            is_whole = False  # it says what the ledger never writes, under whatever hash
        if not is_whole:
            proof.found(where, "was altered")
        proof.head = Head(sequence, str(values["entry_hash"]))
        if remembered[sequence] - {values["entry_hash"]}:
            proof.found(where, "is not the entry that the anchor remembers: the chain was written anew")


def _entries(session: Session) -> Iterator[dict[str, Any]]:
    query = select(*Entry.__table__.columns).order_by(Entry.sequence)
    for row in session.execute(query, execution_options={"yield_per": _BATCH}).mappings():
        yield dict(row)


def _check_rows(session: Session, proof: Proof, told: _Told) -> None:
    """Every row of every table against what the chain last said of it."""
    registers = {model.__tablename__ for model in REGISTERS}
    for table in Base.metadata.sorted_tables:
        if table.name == Entry.__tablename__:
            continue
        try:
            if table.name in registers:
                _check_register(session, proof, told, table)
            else:
                _check_table(session, proof, told.rows.get(table.name, {}), table)
        except (TypeError, ValueError) as error:
            proof.found(table.name, f"holds a value that is none of its column: {type(error).__name__}")


def _check_register(session: Session, proof: Proof, told: _Told, table: Table) -> None:
    expected = told.registers.get(table.name, trail.rows_digest([]))
    if trail.register_digest(session, table) != expected:
        proof.found(table.name, "is not the copy that the trail tells of")


def _check_table(session: Session, proof: Proof, expected: dict[str, dict[str, Any]], table: Table) -> None:
    held: set[str] = set()
    blank = dict.fromkeys(
        table.columns.keys()
    )  # a column that came with a later version must be empty until it is told of
    for row in session.execute(select(table), execution_options={"yield_per": _BATCH}).mappings():
        key = trail.key_text(row[column.name] for column in table.primary_key.columns)
        found = {column.name: trail.audited(column.info, row[column.name]) for column in table.columns}
        held.add(key)
        proof.rows += 1
        if key not in expected:
            proof.found(f"{table.name} {key}", "was added past the ledger")
        elif trail.canonical(found) != trail.canonical(blank | expected[key]):
            proof.found(f"{table.name} {key}", "was changed past the ledger")
    for key in sorted(set(expected) - held):
        proof.found(f"{table.name} {key}", "was removed past the ledger")


@dataclass
class _Anchored:
    heads: list[Head]
    broken: list[int]
    is_missing: bool


def _anchored(path: Path) -> _Anchored:
    """The remembered ends.

    The beginning of a line was cut off by a crash or a full disk while it was written: no fault. Whoever could
    shorten a line could remove it as well.
    """
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return _Anchored([], [], True)
    lines = text.split("\n")
    found = _Anchored([], [], False)
    for place, line in enumerate(lines[:-1], 1):
        if match := _ANCHORED.fullmatch(line):
            found.heads.append(Head(int(match[1]), match[2]))
        elif not _CUT.fullmatch(line):
            found.broken.append(place)
    return found
