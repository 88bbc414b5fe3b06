"""A ledger of its own for each test, on SQLite and on a real PostgreSQL: what holds on one must hold on the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from postgresql_server import Server, binaries
from sqlalchemy import make_url, text

from ledger import migration
from ledger.schema import Account, Unit, now
from ledger.storage import Ledger, open_ledger
from model.policy import SYSTEM, Actor

DATABASES = ("sqlite", "postgresql")
UNITS = (("99", None), ("9901", "99"), ("990101", "9901"), ("990101-S01", "990101"), ("990101-S02", "990101"),
         ("990102", "9901"), ("990102-S01", "990102"))  # fmt: skip
_MEMORY = Path("/dev/shm")
KEEPER = Actor("keeper", "administrator")
LOADER = Actor("loader", SYSTEM)


@dataclass
class Databases:
    """Empty ledgers on one kind of database, each made when it is asked for."""

    kind: str
    folder: Path
    server: Server | None = None
    _number: Iterator[int] = field(default_factory=count)

    def url(self) -> str:
        """The address of a new database."""
        name = f"ledger_{next(self._number)}"
        if self.server is None:
            return f"sqlite:///{self.folder / name}.db"
        self.server.execute(f"CREATE SCHEMA {name}")
        there = make_url(self.server.url()).update_query_dict({"options": f"-csearch_path={name}"})
        return there.render_as_string(hide_password=False)

    def new(self) -> Ledger:
        """A new ledger with its tables."""
        url = self.url()
        found = open_ledger(url, self.folder / f"{next(self._number)}.anchor")
        migration.upgrade(found)
        return found


@pytest.fixture(scope="module", params=DATABASES)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """One kind of database after the other, in memory where the system has such a folder: each commit is synced."""
    with TemporaryDirectory(dir=_memory()) as folder:
        yield from _of_kind(request.param, Path(folder))


def _memory() -> Path | None:
    return _MEMORY if _MEMORY.is_dir() else None


def _of_kind(kind: str, folder: Path) -> Iterator[Databases]:
    if kind == "sqlite":
        yield Databases("sqlite", folder)
        return
    if binaries() is None:
        pytest.skip("no PostgreSQL server is installed (package postgresql)")
    server = Server(binaries(), Path(mkdtemp(prefix="pg-", dir=_memory())))
    try:
        server.create()
        server.start()
        yield Databases("postgresql", folder, server)
    finally:
        server.remove()


@pytest.fixture
def ledger(databases: Databases) -> Iterator[Ledger]:
    """A new, empty ledger."""
    found = databases.new()
    yield found
    found.close()


def settle(
    ledger: Ledger, people: dict[str, tuple[str, str | None]], staff: dict[str, str] | None = None
) -> None:
    """Units and accounts: name → role and unit."""
    with ledger.write(KEEPER) as recorder:
        units = [{"unit_id": unit, "parent_unit_id": parent, "name": f"单位{unit}"} for unit, parent in UNITS]
        recorder.replace_register("configure", Unit, units)
        for name, (role, unit) in people.items():
            number = (staff or {}).get(name)
            recorder.session.add(
                Account(name=name, role=role, unit_id=unit, staff_id=number, opened_at=now())
            )
        recorder.record("manage_accounts", "account")


def tamper(ledger: Ledger, *statements: str, **values: object) -> None:
    """What somebody with access to the database does: triggers off, then the statements."""
    is_sqlite = ledger.engine.dialect.name == "sqlite"
    off = ["DROP TRIGGER IF EXISTS audit_entry_update", "DROP TRIGGER IF EXISTS audit_entry_delete"]
    if not is_sqlite:
        off = ["DROP TRIGGER IF EXISTS audit_entry_kept ON audit_entry"]
    with ledger.engine.begin() as connection:
        for statement in (*off, *statements):
            connection.execute(text(statement), values if ":" in statement else {})
