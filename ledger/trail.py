"""The audit trail: every write is an entry in the same transaction, and every entry is chained to the one before.

A session of the ledger notes by itself which rows it added, changed or removed; a row cannot be written without an
entry that holds what became of it. The end of the chain is also remembered in a file of its own, so that somebody
with access to the database cannot rewrite the past, not even all of it. Checking is ledger/proof.py. This module
must not know any table but its own.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, event, insert, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from ledger.schema.base import Base, now
from ledger.schema.trail import Entry
from model.policy import Actor

BEGINNING = "0" * 64
"""What the first entry holds in place of an earlier hash."""

HASHED = tuple(column.name for column in Entry.__table__.columns if column.name != "entry_hash")
_WRITES_REGISTER = "ledger_writes_register"
Change = tuple[str, str, dict[str, Any] | None]


@dataclass(frozen=True)
class Head:
    """The end of the chain."""

    sequence: int
    hash: str


class RecordedSession(Session):
    """A session that notes what it writes, and refuses writes that it cannot note."""

    def __init__(self, bind: Any) -> None:
        super().__init__(bind, expire_on_commit=False)
        self.noted: list[Change] = []


@event.listens_for(RecordedSession, "do_orm_execute")
def _refuse_unnoted(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and not state.execution_options.get(_WRITES_REGISTER):
        raise RuntimeError("rows of the ledger are written as objects, so that the audit trail holds them")


@event.listens_for(RecordedSession, "after_flush")
def _note(session: RecordedSession, _context: UOWTransaction) -> None:
    for item in session.new:
        if not isinstance(item, Entry):
            session.noted.append((*_place(item), image(item)))
    for item in session.dirty:
        changed = {
            one.key for one in inspect(item).attrs if one.history.has_changes()
        } if session.is_modified(item) else set()  # fmt: skip
        if changed:
            session.noted.append((*_place(item), image(item, changed)))
    for item in session.deleted:
        session.noted.append((*_place(item), None))


def _place(item: Any) -> tuple[str, str]:
    found = inspect(item)
    return found.mapper.local_table.name, key_text(found.mapper.primary_key_from_instance(item))


def key_text(key: Iterable[Any]) -> str:
    """A row's key as one text."""
    return json.dumps([plain(value) for value in key], ensure_ascii=False)


def image(item: Any, only: Iterable[str] | None = None) -> dict[str, Any]:
    """A row's values as the trail holds them: plain, and free text as its digest."""
    mapper = inspect(item).mapper
    wanted = None if only is None else set(only)
    return {
        column.name: audited(column.info, getattr(item, mapper.get_property_by_column(column).key))
        for column in mapper.local_table.columns
        if wanted is None or mapper.get_property_by_column(column).key in wanted
    }


def audited(info: dict[Any, Any], value: Any) -> Any:
    """One value as the trail holds it."""
    found = plain(value)
    return digest(str(found)) if info.get("audited") == "digest" and found is not None else found


def plain(value: Any) -> Any:
    """A value as JSON writes it, the same whatever database it comes from."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return list(value) if isinstance(value, tuple) else value


def digest(content: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(content.encode()).hexdigest()


def canonical(content: Any) -> str:
    """The one way to write a value as JSON."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_of(values: Iterable[Any]) -> str:
    """The hash of an entry, from its columns in their order."""
    return digest(canonical(list(values)))


@dataclass
class Recorder:
    """One person's transaction: the session to write with, and `record`, which says what was done."""

    session: RecordedSession
    actor: Actor
    _head: Head | None = None

    def record(
        self,
        action: str,
        kind: str,
        object_id: str = "",
        *,
        unit_id: str | None = None,
        purpose: str = "",
        **content: Any,
    ) -> None:
        """Add the entry of one act: it holds all rows written since the last one."""
        self.session.flush()
        if self.session.noted:
            content["rows"] = self.session.noted
            self.session.noted = []
        head = self._head or read_head(self.session)
        values = {
            "sequence": head.sequence + 1,
            "recorded_at": now().isoformat(sep=" "),
            "account": self.actor.account,
            "role": self.actor.role,
            "action": action,
            "object_kind": kind,
            "object_id": object_id,
            "unit_id": unit_id or "",
            "purpose": purpose.strip(),
            "content": canonical(content),
            "previous_hash": head.hash,
        }
        entry = Entry(**values, entry_hash=hash_of(values[name] for name in HASHED))
        self.session.add(entry)
        self.session.flush()
        self._head = Head(entry.sequence, entry.entry_hash)

    def replace_register(self, action: str, model: type[Base], rows: list[dict[str, Any]]) -> bool:
        """Put a copied register in place of the one held; the entry holds its digest. Nothing where it is the same."""
        table = model.__table__
        assert isinstance(table, Table)
        if register_digest(self.session, table) == rows_digest(rows):
            return False
        options = {_WRITES_REGISTER: True}
        self.session.execute(delete(model), execution_options=options)
        if rows:
            self.session.execute(insert(model), rows, execution_options=options)
        self.record(action, table.name, register=table.name, digest=register_digest(self.session, table))
        return True

    def finish(self) -> Head | None:
        """The end of the chain, None where nothing was done. RuntimeError where rows were written without an entry."""
        self.session.flush()
        if self.session.noted:
            raise RuntimeError("a write of the ledger ends with an entry of the audit trail")
        return self._head


def read_head(session: Session) -> Head:
    """The end of the chain as this transaction sees it."""
    query = select(Entry.sequence, Entry.entry_hash).order_by(Entry.sequence.desc()).limit(1)
    found = session.execute(query).first()
    return Head(found.sequence, found.entry_hash) if found else Head(0, BEGINNING)


def register_digest(session: Session, table: Table) -> str:
    """The digest of a copied register as the database holds it."""
    query = select(table).order_by(*table.primary_key.columns)
    return rows_digest([dict(row) for row in session.execute(query).mappings()])


def rows_digest(rows: list[dict[str, Any]]) -> str:
    """The digest of rows, whatever their order."""
    texts = [canonical({name: plain(value) for name, value in row.items()}) for row in rows]
    return digest("\n".join(sorted(texts)))


def remember(anchor: Path, head: Head) -> None:
    """Add the end of the chain to the anchor, durably. Lines of several processes may stand in any order.

    A line that was cut off, by a crash or a full disk, is ended first: what follows stands in a line of its own.
    """
    anchor.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(anchor, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        is_cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, f"{chr(10) if is_cut else ''}{head.sequence} {head.hash}\n".encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
