"""A table of another system: reached through SQLAlchemy and read once, in order, in batches of text.

The system belongs to others. It is asked in one read-only transaction, waits for nobody's lock for long, and is asked
only for the columns that the mapping uses: what nothing needs is never fetched. No message holds a password.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus
from uuid import UUID

import sqlalchemy
from sqlalchemy import URL, ColumnElement, Connection, Select, create_engine
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

from etl import cursor, readers
from etl.inbox import RefusedError
from etl.mapping.declaration import Database, Input, match_header
from model.database_address import parsed

BATCH_ROWS = 20_000
"""Rows held in Python at a time: some ten megabytes, and few enough round trips."""

_LONGEST_REASON = 400
_OPENING = {
    "postgresql": (
        f"SET LOCAL TIME ZONE '{cursor.ZONE.key}'",
        "SET LOCAL DateStyle = 'ISO, YMD'",
        "SET LOCAL lock_timeout = '30s'",
    ),
    "sqlite": ("PRAGMA query_only = ON", "BEGIN"),
}
_ISOLATION = {"postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}}
_LIBPQ = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "digital-integrity",
}
_SECRET = re.compile(r"pass|pwd|secret|token|odbc_connect", re.IGNORECASE)


# --- reaching the database --------------------------------------------------------------------------------------------


def is_absent(declared: Database) -> bool:
    """Whether this installation is without a system that it may be without: no address, or an empty SQLite file."""
    if not declared.optional:
        return False
    if declared.url_variable and not os.environ.get(declared.url_variable):
        return True
    url = address(declared)
    return _is_file(url) and _is_blank(Path(str(url.database)))


def _is_blank(path: Path) -> bool:
    """Whether there is no such file, or one without any table: whoever opens a database that is not there makes one."""
    if not path.is_file():
        return True
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as held:
            return held.execute("SELECT name FROM sqlite_master").fetchone() is None
    except sqlite3.Error:  # what it is, reading it will tell
        return False


def address(declared: Database) -> URL:
    """Where the database is; RefusedError where the environment does not say so."""
    text = declared.url
    if declared.url_variable:
        text = os.environ.get(declared.url_variable)
        if not text:
            raise RefusedError(f"the variable {declared.url_variable} of the environment is not set")
    try:
        return parsed(str(text))
    except ValueError:
        raise RefusedError(
            f"{declared.url_variable or 'url'} holds no database address; in a password, @ : / % are written as"
            " %40 %3A %2F %25"
        ) from None


def shown(url: URL) -> str:
    """The address as it may be shown: without password and options."""
    return url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn what a database or its driver says into a RefusedError without anything secret."""
    try:
        yield
    except NoSuchTableError as error:
        raise RefusedError(f"{shown(url)}: there is no table or view {error}") from None
    except (SQLAlchemyError, ImportError) as error:
        raise RefusedError(f"{shown(url)}: {_reason(error, url)}") from None


def _reason(error: Exception, url: URL) -> str:
    text = " ".join(str(getattr(error, "orig", None) or error).split())
    options = [value for key, value in url.query.items() if _SECRET.search(key)]
    values = [one for item in options for one in ([item] if isinstance(item, str) else item)]
    for secret in filter(None, [url.password and str(url.password), *values]):
        for form in {secret, quote(secret), quote_plus(secret)}:
            text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", "***", text)
    return text[:_LONGEST_REASON]


def _is_file(url: URL) -> bool:
    path = url.database or ""
    return (
        url.get_backend_name() == "sqlite" and path not in ("", ":memory:") and not path.startswith("file:")
    )


@contextmanager
def session(url: URL) -> Iterator[Connection]:
    """A connection in one read-only transaction that sees one moment; RefusedError where there is none to be had."""
    dialect = url.get_backend_name()
    if (
        _is_file(url) and not Path(str(url.database)).is_file()
    ):  # SQLite would make an empty database of a mistyped path
        raise RefusedError(f"{shown(url)}: there is no such file")
    arguments = {key: value for key, value in _LIBPQ.items() if key not in url.query}
    is_libpq = dialect == "postgresql" and url.get_driver_name().startswith("psycopg")
    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args=arguments if is_libpq else {}
    )
    try:
        opened = engine.connect()
    except (TypeError, ValueError, OSError) as error:
        raise RefusedError(f"{shown(url)}: {_reason(error, url)}") from None
    with opened as connection:
        connection.execution_options(**_ISOLATION.get(dialect, {}))
        for statement in _OPENING.get(dialect, ()):
            connection.exec_driver_sql(statement)
        yield connection


# --- what the table has -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RemoteTable:
    """A table as it was found. `headers`: needed column → the table's own name of it."""

    name: str
    schema: str | None
    headers: dict[str, str]
    types: dict[str, TypeEngine[Any]]
    optional: frozenset[str]
    key: tuple[str, ...]
    is_native: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to read, by the table's own names."""
        return tuple(self.headers.values())

    def kind(self, column: str) -> type:
        """What Python makes of a column's values; SQLite keeps times as text."""
        try:
            found = self.types[column].python_type
        except NotImplementedError:
            return object
        return str if not self.is_native and found in (datetime, date, time) else found


def find(connection: Connection, declared: Input) -> RemoteTable:
    """Look at the table of an input; RefusedError where columns are missing or hold binary data."""
    assert declared.database
    schema, _, name = declared.database.table.rpartition(".")
    inspector = sqlalchemy.inspect(connection)
    described = {item["name"]: item for item in inspector.get_columns(name, schema or None)}
    headers, missing = match_header(declared, described)
    if missing:
        raise RefusedError(
            f"table {declared.database.table}: columns that the mapping needs are missing:"
            f" {', '.join(missing)}; found: {', '.join(described)}"
        )
    found = RemoteTable(
        name,
        schema or None,
        headers,
        {column: described[column]["type"] for column in headers.values()},
        frozenset(column for column in headers.values() if described[column]["nullable"]),
        tuple(inspector.get_pk_constraint(name, schema or None)["constrained_columns"]),
        connection.dialect.name != "sqlite",
    )
    for column in found.columns:
        if found.kind(column) is bytes:
            raise RefusedError(f"column {column}: is binary; expected text, numbers, dates or lists of them")
    return found


# --- its rows, as text ------------------------------------------------------------------------------------------------


@dataclass
class Rows:
    """The rows of a table from a cursor's value on, all where there is none. `latest` is known once all are read."""

    table: RemoteTable
    read_at: datetime
    by: str | None
    since: Any = None
    latest: Any = None

    def batches(self, connection: Connection) -> Iterator[list[list[str | None]]]:
        """The rows in the order of the cursor, some thousands at a time, column by column, as text."""
        query = self._query(connection.dialect.name)
        with connection.execute(query, execution_options={"yield_per": BATCH_ROWS}) as result:
            for rows in result.partitions():
                values = list(zip(*rows, strict=True))
                if self.by is not None:
                    self._remember(values.pop())
                yield [
                    list(as_texts(column, cells))
                    for column, cells in zip(self.table.columns, values, strict=True)
                ]

    def _remember(self, values: Iterable[Any]) -> None:
        """The last value in the database's own order that can have been reached is the latest."""
        reached = (value for value in reversed(tuple(values)) if cursor.is_reached(value, self.read_at))
        self.latest = next(reached, self.latest)

    def _query(self, dialect: str) -> Select[Any]:
        table = self.table
        selected = [_selected(table, column, dialect) for column in table.columns]
        ordered = [self.by] if self.by is not None else []
        if self.by is not None:
            selected.append(sqlalchemy.column(self.by).label("cursor of the table"))
        query = sqlalchemy.select(*selected).select_from(sqlalchemy.table(table.name, schema=table.schema))
        ordered += [column for column in table.key if column not in ordered]
        query = query.order_by(*(sqlalchemy.column(column) for column in ordered))
        if self.by is None or self.since is None:
            return query
        declared = sqlalchemy.String() if table.kind(self.by) is str else table.types[self.by]
        cursor_column: ColumnElement[Any] = sqlalchemy.column(self.by)
        condition = cursor_column >= sqlalchemy.literal(self.since, declared)
        if self.by in table.optional:
            condition = condition | cursor_column.is_(None)
        return query.where(condition)


def _selected(table: RemoteTable, column: str, dialect: str) -> ColumnElement[Any]:
    """A column as its driver gives it; PostgreSQL's times as text, since Python has no infinity and no year 10000."""
    cell: ColumnElement[Any] = sqlalchemy.column(column)
    kind = table.kind(column)
    if dialect != "postgresql" or kind not in (datetime, date):
        return cell
    local = sqlalchemy.cast(cell, sqlalchemy.DateTime(timezone=False)) if kind is datetime else cell
    return sqlalchemy.cast(local, sqlalchemy.Text).label(column)


def as_texts(column: str, values: Iterable[Any]) -> Iterator[str | None]:
    """Values in the contract's text form; RefusedError names the column of one that has none."""
    for value in values:
        if value is None or type(value) is str:
            yield value
            continue
        try:
            yield as_text(value)
        except TypeError as error:
            raise RefusedError(f"column {column}: {error}") from None


def as_text(value: Any) -> str:
    """One value in the contract's text form, times on the bureau's clock. TypeError for what has none."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            local = value.astimezone(cursor.ZONE).replace(tzinfo=None) if value.tzinfo else value
            return local.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case dict():
            return json.dumps(value, ensure_ascii=False, default=as_text)
        case list() | tuple() | set():
            return ";".join(as_text(item) for item in value if item is not None)
        case float():
            return readers.float_text(value)
        case str() | int() | UUID() | timedelta() | IPv4Address() | IPv6Address():
            return str(value)
        case bytes() | bytearray() | memoryview():
            raise TypeError("holds binary data; expected text, numbers, dates or lists of them")
        case _:
            raise TypeError(f"holds values of type {type(value).__name__}, which have no form as text")
