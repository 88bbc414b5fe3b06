"""The warehouse on disk: where a snapshot is, and the one place where a DuckDB file is opened.

A warehouse is a directory with `CURRENT` (one line: the snapshot id) and one directory a snapshot, which holds
`full.duckdb`, `analysis.duckdb`, `screen.duckdb` and `manifest.json`. A snapshot never changes once it is published,
so readers take no lock and a new one is a new directory. This module must not know any table.
"""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import duckdb
import pandas as pd
from duckdb.func import FunctionNullHandling
from sqlalchemy import URL, Engine, Executable, create_engine, event
from sqlalchemy.exc import DBAPIError

TIME_ZONE = "Asia/Shanghai"
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
SURFACES = ("full", "analysis", "screen")
Surface = Literal["full", "analysis", "screen"]

_DISABLED = "in_clause"
_STORAGE = "v1.5.0"
Connection = duckdb.DuckDBPyConnection
Error = duckdb.Error
STATEMENT_ERRORS = (duckdb.ProgrammingError, duckdb.DataError)
"""What is wrong with a statement itself, or with what it asks of values: not the disk, the memory, the program."""
InterruptError = duckdb.InterruptException
OutOfMemoryError = duckdb.OutOfMemoryException
DIRECTORY_VARIABLE = "INTEGRITY_WAREHOUSE"
Result = TypeVar("Result")


class NoSnapshotError(RuntimeError):
    """The warehouse has no published snapshot, or the one asked for is not there, or not any more."""


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot: its id, its directory and what its manifest says."""

    id: str
    directory: Path
    manifest: dict[str, Any]

    def path(self, surface: Surface) -> Path:
        """The DuckDB file of one surface."""
        return self.directory / f"{surface}.duckdb"

    def engine(self, surface: Surface) -> Engine:
        """A read-only SQLAlchemy engine on one surface, shared by all threads of the process."""
        return _engine(str(self.path(surface)))


def default_directory() -> Path:
    """The warehouse of this installation: the environment's, else data/warehouse beside this package."""
    return Path(os.environ.get(DIRECTORY_VARIABLE) or Path(__file__).parent.parent / "data" / "warehouse")


def current_id(directory: Path) -> str | None:
    """The id that CURRENT names, or None where nothing has been published. One small read: cheap to poll."""
    try:
        return (directory / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def open_snapshot(directory: Path, snapshot_id: str | None = None) -> Snapshot:
    """The snapshot of this id, else the current one. NoSnapshotError where there is none."""
    found = snapshot_id or current_id(directory)
    if not found:
        raise NoSnapshotError(f"no snapshot has been published in {directory}")
    try:
        manifest = json.loads((directory / found / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NoSnapshotError(f"snapshot {found} is not in {directory}") from error
    return Snapshot(found, directory / found, manifest)


def read(engine: Engine, query: Executable, parameters: dict[str, Any] | None = None) -> pd.DataFrame:
    """The rows of a composed query as a DataFrame, fetched in columns.

    NoSnapshotError where the snapshot was removed since: who has held it for long opens the current one.
    """
    try:
        with engine.connect() as connection:
            result = connection.execute(query, parameters or {})
            return result.cursor.df()  # type: ignore[no-any-return]
    except DBAPIError as error:
        _require_file(Path(engine.url.database or ""), error)
        raise


def _require_file(path: Path, error: Exception | None = None) -> None:
    if not path.exists():
        raise NoSnapshotError(f"{path.parent.name}/{path.name} is not on disk any more") from error


def connect(
    path: Path | str = ":memory:",
    *,
    read_only: bool = False,
    memory_limit: str = "2GB",
    temporary: Path | None = None,
    connector: Callable[..., Any] = duckdb.connect,
) -> Connection:
    """A connection of the loader's own, in the bureau's time zone.

    `memory_limit` bounds what DuckDB holds; beyond it, it spills to `temporary`, or fails where that is None. The
    `connector` opens it, in this process or in another.
    """
    config: dict[str, Any] = {"memory_limit": memory_limit, "temp_directory": str(temporary or "")}
    config |= {"autoinstall_known_extensions": False, "autoload_known_extensions": True}
    connection: Connection = connector(str(path), read_only=read_only, config=config)
    connection.execute(f"SET TimeZone = '{TIME_ZONE}'")
    # A long IN list of codes, planned as a join, costs most of a second a statement whatever its rows (DuckDB 1.5.6).
    connection.execute(f"SET disabled_optimizers = '{_DISABLED}'")
    # What a command prints is its own affair.
    connection.execute("SET enable_progress_bar = false")
    return connection


@contextmanager
def meanwhile(connection: Connection, function: Callable[[Connection], Result]) -> Iterator[Future[Result]]:
    """A function at work in a thread of its own, on another connection to the same databases, while the block goes on.

    Temporary tables and macros are each connection's own. The block ends when both have. An error in the block ends the
    function's statement; one of the function is raised once the block is through.
    """
    other = connection.cursor()
    try:
        other.execute(f"SET TimeZone = '{TIME_ZONE}'")
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(function, other)
            try:
                yield found
            except BaseException:
                other.interrupt()
                raise
            found.result()
    finally:
        other.close()


_AT_ONCE = 500


def insert(connection: Connection, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Put rows of values into a table (`table (columns)`: into these), hundreds by one statement.

    A statement costs more than a row.
    """
    left = list(rows)
    while left:
        some, left = left[:_AT_ONCE], left[_AT_ONCE:]
        marks = ", ".join([f"({', '.join('?' * len(some[0]))})"] * len(some))
        connection.execute(f"INSERT INTO {table} VALUES {marks}", [value for row in some for value in row])  # noqa: S608


def attach(connection: Connection, path: Path, name: str) -> None:
    """Attach a file that is under construction; what is not written by a CHECKPOINT is lost with the connection.

    No log is kept, since nobody takes up a file that was left half built. With it, each statement waits for the disk.
    The file is in the form of the DuckDB that is pinned here, an older one is taken over: it compresses more texts.
    """
    quoted = str(path).replace("'", "''")
    connection.execute(
        f"ATTACH '{quoted}' AS {name} (RECOVERY_MODE no_wal_writes, STORAGE_VERSION '{_STORAGE}')"
    )


@contextmanager
def beside(snapshot: Snapshot, surface: Surface = "full", memory_limit: str = "1GB") -> Iterator[Connection]:
    """A connection of its own whose current database is a surface, read only; temporary tables are its own.

    The engines of a process hold their files with one configuration, which another connection could not differ from:
    so the surface is attached to a database in memory. Nothing spills to disk.
    """
    _require_file(snapshot.path(surface))
    connection = connect(memory_limit=memory_limit)
    try:
        path = str(snapshot.path(surface)).replace("'", "''")
        connection.execute(f"ATTACH '{path}' AS surface (READ_ONLY)")
        connection.execute("USE surface")
        yield connection
    finally:
        connection.close()


def add_function(
    connection: Connection, name: str, function: Callable[..., str | None], parameters: int
) -> None:
    """A function of texts, for statements of this connection only. It is asked of nulls too, and may give one."""
    connection.create_function(
        name, function, ["VARCHAR"] * parameters, "VARCHAR", null_handling=FunctionNullHandling.SPECIAL
    )  # fmt: skip


_LOCKED = (
    "SET python_enable_replacements = false",
    "SET autoload_known_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""What a free question must not do, the lock last: nothing of it can be undone afterwards."""


def sandbox(
    snapshot: Snapshot, memory_limit: str, connector: Callable[..., Any] = duckdb.connect
) -> Connection:
    """A connection for free questions: the analysis surface read only, no file, no network, no setting."""
    connection = connect(memory_limit=memory_limit, connector=connector)
    connection.execute(f"ATTACH '{snapshot.path('analysis')}' AS surface (READ_ONLY)")
    connection.execute("USE surface")
    for statement in _LOCKED:
        connection.execute(statement)
    return connection


@contextmanager
def lazily(connection: Connection) -> Iterator[None]:
    """Statements of this block compute a branch of a CASE only where it is taken.

    DuckDB 1.5.6 otherwise computes what two branches share for every row, taken or not.
    """
    connection.execute(f"SET disabled_optimizers = '{_DISABLED},common_subexpressions'")
    try:
        yield
    finally:
        connection.execute(f"SET disabled_optimizers = '{_DISABLED}'")


@contextmanager
def in_order(connection: Connection) -> Iterator[None]:
    """Statements of this block put rows down in the order in which they are read."""
    connection.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        connection.execute("SET preserve_insertion_order = false")


_LOCK = threading.Lock()
OPEN_FILES = 16
"""How many surfaces a process keeps open; beyond it the one that was asked for longest ago is closed."""


_ENGINES: OrderedDict[str, Engine] = OrderedDict()


def _make_engine(path: str) -> Engine:
    url = URL.create("duckdb", database=path)
    engine = create_engine(url, connect_args={"read_only": True, "config": {"threads": 2}})
    # The zone is set once connected: DuckDB 1.5.6 refuses it in the configuration of a file that it opens.
    event.listen(engine, "connect", _set_time_zone)
    return engine


def _set_time_zone(connection: Any, _record: Any) -> None:
    connection.execute(f"SET TimeZone = '{TIME_ZONE}'")


def _engine(path: str) -> Engine:
    with _LOCK:
        engine = _ENGINES.pop(path, None) or _make_engine(path)
        _ENGINES[path] = engine
        if len(_ENGINES) > OPEN_FILES:
            _ENGINES.popitem(last=False)[1].dispose()
        return engine
