"""Where the ledger is and how it is reached: SQLite beside the data, or PostgreSQL by its address.

Writers stand in line: a write holds the end of the audit chain from its first statement to its commit, so two people
who decide at the same moment decide one after the other, on both databases. Readers wait for nobody. Nothing can be
written but through `Ledger.write`, which puts the entries of the audit trail into the same transaction.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from ledger import trail
from model.database_address import parsed
from model.policy import Actor

ADDRESS_VARIABLE = "INTEGRITY_LEDGER"
ANCHOR_VARIABLE = "INTEGRITY_LEDGER_ANCHOR"
DATA = Path(__file__).parent.parent / "data"
_BUSY_SECONDS = 30
"""How long a writer stands in line before it is told that the ledger is busy, on either database."""
_CONNECTIONS = 8
"""Connections of one process: writers stand in line anyway."""
_LINE = 7_105_114_103
"""The advisory lock of PostgreSQL on which writers stand in line."""


@dataclass(frozen=True)
class Ledger:
    """One ledger: its database and the file that remembers the end of its audit chain."""

    engine: Engine
    anchor: Path
    _line: Lock = field(default_factory=Lock, repr=False, compare=False)
    """Where writers of this process wait on SQLite, which itself lets those that wait try again by chance."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment and can write nothing."""
        options: dict[str, Any] = {"ledger_reads": True}
        if self.engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            self.engine.connect().execution_options(**options) as connection,
            Session(connection) as session,
        ):
            yield session

    @contextmanager
    def write(self, actor: Actor) -> Iterator[trail.Recorder]:
        """One transaction of one person: what it writes and its audit entries are there together or not at all."""
        is_sqlite = self.engine.dialect.name == "sqlite"
        with (
            self._line if is_sqlite else nullcontext(),
            trail.RecordedSession(self.engine) as session,
            session.begin(),
        ):
            if not is_sqlite:
                stand_in_line(session.connection())
            recorder = trail.Recorder(session, actor)
            yield recorder
            head = recorder.finish()
        if head:
            trail.remember(self.anchor, head)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def stand_in_line(connection: Connection) -> None:
    """Wait until this transaction is the only one that writes; on SQLite it is so as soon as it begins."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:line)"), {"line": _LINE})


def address() -> URL:
    """The address of this installation's ledger: the environment's, else data/ledger.db."""
    given = os.environ.get(ADDRESS_VARIABLE)
    return _url(given) if given else URL.create("sqlite", database=str(DATA / "ledger.db"))


def _url(given: URL | str) -> URL:
    """An address; ValueError, without a word of it, where it is none: it may hold a password."""
    try:
        return parsed(given)
    except ValueError as error:
        expected = (
            "sqlite:////srv/integrity/data/ledger.db or postgresql+psycopg://user:password@host/database;"
            " in a password, @ : / % are written as %40 %3A %2F %25"
        )
        raise ValueError(f"the ledger's address cannot be read; expected such as {expected}") from error


def open_ledger(url: URL | str | None = None, anchor: Path | None = None) -> Ledger:
    """The ledger at an address. It must have been made by `python -m ledger init`."""
    found = _url(url) if url else address()
    if found.get_backend_name() == "sqlite":
        engine = _sqlite(found)
    else:
        engine = create_engine(
            found, hide_parameters=True, pool_pre_ping=True, pool_size=_CONNECTIONS, max_overflow=0
        )
    named = anchor or os.environ.get(ANCHOR_VARIABLE) or _beside(found)
    return Ledger(engine, Path(named))


def _beside(url: URL) -> Path:
    is_file = url.get_backend_name() == "sqlite" and url.database
    return Path(str(url.database)).with_suffix(".anchor") if is_file else DATA / "ledger.anchor"


def _sqlite(url: URL) -> Engine:
    """SQLite so that nothing committed is lost, references hold, and a writer waits for its turn."""
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def opened(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for statement in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {statement}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get("ledger_reads")
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
