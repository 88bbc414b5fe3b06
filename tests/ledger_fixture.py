"""A ledger of its own for each test, on SQLite and on a real PostgreSQL: what holds on one must hold on the other.

One PostgreSQL serves a whole run, and a new ledger is a copy of one whose tables were made once: making them takes
longer than most tests.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from postgresql_server import Server, binaries
from sqlalchemy import make_url, text

from ledger import accounts, migration
from ledger.schema import Account, Unit, now
from ledger.storage import Ledger, open_ledger
from model.policy import SYSTEM, Actor

DATABASES = ("sqlite", "postgresql")
UNITS = (("99", None), ("9901", "99"), ("990101", "9901"), ("990101-S01", "990101"), ("990101-S02", "990101"),
         ("990102", "9901"), ("990102-S01", "990102"))  # fmt: skip
_MEMORY, _NEEDED = Path("/dev/shm"), 2**30
"""Where a folder in memory is, and how many bytes must be free there."""
_BLANK = "blank"
"""The database that new ones are copies of."""
_SERVER = pytest.StashKey[Server]()
_NUMBER = count()
KEEPER = Actor("keeper", "administrator")
LOADER = Actor("loader", SYSTEM)


@dataclass
class Databases:
    """Ledgers on one kind of database, each made when it is asked for."""

    kind: str
    folder: Path
    server: Server | None = None
    _made: list[str] = field(default_factory=list)

    def url(self) -> str:
        """The address of a new database without tables."""
        if self.server is None:
            return f"sqlite:///{self.folder / f'ledger_{next(_NUMBER)}'}.db"
        return self._created("")

    def new(self) -> Ledger:
        """A new ledger with its tables."""
        if self.server is None:
            url = self.url()
            Path(str(make_url(url).database)).write_bytes(_blank_file())
        else:
            url = self._created(f"TEMPLATE {_BLANK}")
        return open_ledger(url, self.folder / f"{next(_NUMBER)}.anchor")

    def _created(self, template: str) -> str:
        assert self.server
        self._made.append(f"ledger_{next(_NUMBER)}")
        self.server.execute(f"CREATE DATABASE {self._made[-1]} {template}")
        return self.server.url(database=self._made[-1])

    def remove(self) -> None:
        """Remove the databases of the server; files go with their folder."""
        for name in self._made if self.server else ():
            self.server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[union-attr]


@cache
def _blank_file() -> bytes:
    with TemporaryDirectory(dir=_memory()) as folder:
        path = Path(folder) / f"{_BLANK}.db"
        _make(f"sqlite:///{path}", path.with_suffix(".anchor"))
        return path.read_bytes()


def _make(url: str, anchor: Path) -> None:
    found = open_ledger(url, anchor)
    migration.upgrade(found)
    found.close()


def postgresql(config: pytest.Config) -> Server:
    """The PostgreSQL of this run; who stops it starts it again."""
    if (programs := binaries()) is None:
        pytest.skip("no PostgreSQL server is installed (package postgresql)")
    if _SERVER not in config.stash:
        server = Server(programs, Path(mkdtemp(prefix="pg-", dir=_memory())))
        config.add_cleanup(server.remove)
        server.create()
        server.start()
        server.execute(f"CREATE DATABASE {_BLANK}")
        _make(server.url(database=_BLANK), server.folder / "blank.anchor")
        config.stash[_SERVER] = server
    return config.stash[_SERVER]


@pytest.fixture(scope="module", params=DATABASES)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """One kind of database after the other, in memory where the system has such a folder: each commit is synced."""
    with TemporaryDirectory(dir=_memory()) as folder:
        server = postgresql(request.config) if request.param == "postgresql" else None
        found = Databases(request.param, Path(folder), server)
        yield found
        found.remove()


def _memory() -> Path | None:
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _NEEDED else None


@pytest.fixture
def ledger(databases: Databases) -> Iterator[Ledger]:
    """A new, empty ledger."""
    found = databases.new()
    yield found
    found.close()


def settle(
    ledger: Ledger, people: dict[str, tuple[str, str | None]], staff: dict[str, str] | None = None
) -> None:
    """Units, also those that only the accounts are of, and accounts: name → role and unit."""
    known = {unit for unit, _ in UNITS}
    more = sorted({unit for _, unit in people.values() if unit and unit not in known})
    with ledger.write(KEEPER) as recorder:
        units = [
            {"unit_id": unit, "parent_unit_id": parent, "name": f"单位{unit}"}
            for unit, parent in (*UNITS, *((one, None) for one in more))
        ]
        recorder.replace_register("configure", Unit, units)
        for name, (role, unit) in people.items():
            number = (staff or {}).get(name)
            recorder.session.add(
                Account(name=name, role=role, unit_id=unit, staff_id=number, opened_at=now())
            )
        recorder.record("manage_accounts", "account")


def fill(ledger: Ledger, count: int = 6) -> None:
    """A ledger with a manager, so many of the field staff, and one account closed again."""
    settle(ledger, {"chen": ("manager", "990101")})
    for number in range(count):
        with ledger.write(KEEPER) as recorder:
            accounts.open_account(recorder, f"person{number}", "field_staff", "990101-S01")
    with ledger.write(KEEPER) as recorder:
        accounts.close_account(recorder, "person0")


def tamper(ledger: Ledger, *statements: str, **values: object) -> None:
    """What somebody with access to the database does: triggers off, then the statements."""
    is_sqlite = ledger.engine.dialect.name == "sqlite"
    off = ["DROP TRIGGER IF EXISTS audit_entry_update", "DROP TRIGGER IF EXISTS audit_entry_delete"]
    if not is_sqlite:
        off = ["DROP TRIGGER IF EXISTS audit_entry_kept ON audit_entry"]
    with ledger.engine.begin() as connection:
        for statement in (*off, *statements):
            connection.execute(text(statement), values if ":" in statement else {})
