"""Run: one question under way or answered, on a connection of its own that knows the analysis surface and nothing else.

The result is a table of that connection, so that a million rows are read page by page; a plain listing of one table
is not copied but read where it lies. A question ends by itself at the limits of time, memory and rows, or when it is
cancelled; one in a person's own words runs in a process of its own, which no expression outlives. This module must not
decide who may ask, and says why a question failed by a reason, never by a text for persons.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from model import warehouse
from model.exploration.limits import Limits, limits
from model.exploration.statement import RefusedError, check
from model.exploration.worker import Worker
from model.warehouse import Snapshot

State = Literal[
    "waiting", "running", "done", "refused", "failed", "cancelled", "timeout", "memory", "dropped"
]
Kind = Literal["sql", "groups", "listing"]
"""A person's own words, a composed question, or rows of one table as they are: a page of them costs what it shows."""
ENDED: tuple[State, ...] = ("done", "refused", "failed", "cancelled", "timeout", "memory", "dropped")
LONGEST = 1_000
"""Signs of a text, or entries of a list, that a page of a result shows; files hold the whole."""
_ROWS_AT_ONCE = 50_000
_AT_ONCE = threading.BoundedSemaphore(limits().at_once)
_KEPT: list[Run] = []
_KEPT_LOCK = threading.Lock()


@dataclass(frozen=True)
class Shape:
    """What a result holds: its columns with their types, its rows, and whether there would have been more."""

    columns: tuple[tuple[str, str], ...]
    rows: int
    is_cut: bool


class Run:
    """A question asked of a snapshot. It starts at once, on a thread of its own."""

    def __init__(
        self, snapshot: Snapshot, text: str, within: Limits | None = None, *, kind: Kind = "sql"
    ) -> None:
        self.snapshot, self.text, self.within = snapshot, text, within or limits()
        self._kind = kind
        self.started_at = _now()
        self.state: State = "waiting"
        self.reason = self.detail = ""
        self.shape = Shape((), 0, False)
        self.source = ""
        self.seconds = 0.0
        self._wish: State | None = None
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._connection: warehouse.Connection | None = None
        threading.Thread(target=self._work, daemon=True).start()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it has ended within this time."""
        return self._ended.wait(seconds)

    @property
    def elapsed(self) -> float:
        """Seconds since it was asked, or that it took."""
        return self.seconds or (_now() - self.started_at).total_seconds()

    def cancel(self) -> None:
        """Stop it; what is already done stays."""
        self._stop("cancelled")

    def drop(self) -> None:
        """Give up its result."""
        with self._lock:
            if self._connection and self._ended.is_set():
                self._connection.close()
                self._connection, self.state = None, "dropped"

    def page(self, first: int, count: int, order: str | None = None, *, down: bool = False) -> pd.DataFrame:
        """Some rows of the result, in its own order or by one of its columns; of a long text its beginning."""
        names = [name for name, _ in self.shape.columns]
        way = "DESC" if down else "ASC"
        by = f'ORDER BY "{_quoted(order)}" {way} NULLS LAST' if order in names and order else ""
        shown = ", ".join(_beginning(name, kind) for name, kind in self.shape.columns)
        # Columns' names, quoted. Only what is shown is cut, not what is sorted by.
        query = f"SELECT {shown} FROM (SELECT * FROM {self.source} {by} LIMIT ? OFFSET ?)"  # noqa: S608
        with self._answering(query, [max(min(count, self.shape.rows - first), 0), first]) as rows:
            found: pd.DataFrame = rows.df()
        return found

    def table(self, columns: str) -> pa.Table:
        """The whole result, of expressions of ours over its columns. It is read in parts, and never held twice."""
        parts: list[pa.RecordBatch] = []
        left = self.shape.rows
        with self._answering(f"SELECT {columns} FROM {self.source}", []) as rows:  # noqa: S608 - see above
            reader = rows.to_arrow_reader(_ROWS_AT_ONCE)
            while left:
                parts.append(reader.read_next_batch().slice(0, left))
                left -= len(parts[-1])
            return pa.Table.from_batches(parts, reader.schema)

    @contextmanager
    def _answering(self, query: str, parameters: Sequence[Any]) -> Iterator[warehouse.Connection]:
        """A query of ours over the result, for this block. Only its connection knows what the names mean."""
        with self._lock:
            if self._connection is None:
                raise RefusedError("dropped")
            try:
                yield self._connection.execute(query, list(parameters))
            except (warehouse.OutOfMemoryError, warehouse.InterruptError, OSError) as error:
                raise RefusedError("memory") from error  # of rows in Arrow's form an OSError says so

    def _work(self) -> None:
        timer = threading.Timer(self.within.seconds, self._stop, args=("timeout",))
        timer.daemon = True
        timer.start()
        with _AT_ONCE:
            self._attempt()
        timer.cancel()
        self.seconds = (_now() - self.started_at).total_seconds()
        _keep(self)
        self._ended.set()

    def _attempt(self) -> None:
        """Run it, and say how it ended."""
        try:
            text = self._checked()
            with self._lock:
                self._connection = self._connect()
            self._ask(text)
            self.state = "done"
        except RefusedError as error:
            self.state, self.reason, self.detail = "refused", error.reason, error.what
        except warehouse.InterruptError:
            self.state = self._wish or "cancelled"
        except warehouse.OutOfMemoryError:
            self.state = "memory"
        except warehouse.Error as error:
            self.state, self.detail = (self._wish or "failed"), first_line(str(error))
        except OSError as error:  # there is no room for a process
            self.state, self.detail = "failed", error.strerror or str(error)
        if self.state != "done" and self._connection:
            with self._lock:
                self._connection.close()
                self._connection = None

    def _checked(self) -> str:
        """The question without its semicolon, before anything of it is run. RefusedError where it is none."""
        with closing(warehouse.sandbox(self.snapshot, self.within.memory)) as connection:
            return check(connection, self.text, tables(connection))

    def _connect(self) -> warehouse.Connection:
        if self._kind != "sql":
            return warehouse.sandbox(self.snapshot, self.within.memory)
        connector = partial(Worker, self.within.process_bytes)
        return warehouse.sandbox(self.snapshot, self.within.memory, connector)

    def _ask(self, text: str) -> None:
        connection = self._connection
        assert connection is not None
        if self._wish:
            raise warehouse.InterruptError
        self.state = "running"
        # The text was found to be one question; it is what a person asks, and cannot be bound.
        self.source = f"(\n{text}\n)"
        if self._kind != "listing":
            kept = f"SELECT * FROM {self.source} LIMIT {self.within.rows + 1}"  # noqa: S608
            connection.execute(f"CREATE TABLE memory.result AS {kept}")
            self.source = "memory.result"
        described = connection.execute(f"DESCRIBE SELECT * FROM {self.source}").fetchall()  # noqa: S608
        row = connection.execute(f"SELECT count(*) FROM {self.source}").fetchone()  # noqa: S608
        found = int(row[0]) if row else 0
        if found > self.within.rows and self._kind != "listing":
            connection.execute("DELETE FROM memory.result WHERE rowid >= ?", [self.within.rows])
        columns = tuple((str(name), str(kind)) for name, kind, *_ in described)
        self.shape = Shape(columns, min(found, self.within.rows), found > self.within.rows)

    def _stop(self, wish: State) -> None:
        if self._ended.is_set():
            return
        self._wish = self._wish or wish
        if self._connection:
            self._connection.interrupt()


def tables(connection: warehouse.Connection) -> frozenset[str]:
    """The tables that may be asked, with their schemas."""
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'surface'"
    ).fetchall()
    return frozenset(str(name) for (name,) in rows)


def columns(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """The tables of the analysis surface, each with its columns and their types."""
    found: dict[str, dict[str, str]] = {}
    with closing(warehouse.sandbox(snapshot, limits().memory)) as connection:
        for schema, table, column, kind in connection.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()"
            " WHERE database_name = 'surface' AND NOT internal ORDER BY schema_name, table_name, column_index"
        ).fetchall():
            found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found


def _keep(run: Run) -> None:
    """Keep a result open, and give up the oldest beyond the limit."""
    with _KEPT_LOCK:
        _KEPT.append(run)
        old: list[Callable[[], None]] = [one.drop for one in _KEPT[: -limits().kept_results]]
        del _KEPT[: -limits().kept_results]
    for drop in old:
        drop()


def _now() -> datetime:
    return datetime.now(ZoneInfo(warehouse.TIME_ZONE)).replace(tzinfo=None)


def first_line(message: str) -> str:
    """What DuckDB says, without the picture of the statement."""
    return message.split("\n\n")[0].strip().replace("\n", " ")


def _beginning(name: str, kind: str) -> str:
    """A column as it is shown: one sign or entry more than there is room for says that there is more."""
    quoted = f'"{_quoted(name)}"'
    if kind == "VARCHAR":
        return f"left({quoted}, {LONGEST + 1}) AS {quoted}"
    return f"{quoted}[:{LONGEST + 1}] AS {quoted}" if kind.endswith("[]") else quoted


def _quoted(name: str) -> str:
    return name.replace('"', '""')
