"""Databases: what is new in tables of the bureau's other systems, landed as Parquet and handed on like files.

A table with a cursor is read from its last value on, that value included: a row that is committed late with the same
value is not lost, and what is read again is counted as unchanged. Where that would cut a record in pieces or hide
what has gone (full extracts, grouped rows, tables that enrich one another), everything is read each time. What an
extract holds that the last one held too is no news, and is not handed on.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import URL, Connection

from etl import cursor, land, personal, personal_landing, remote_table, sql
from etl.extract import ERROR, PLACE, REST, Layout
from etl.gather import Intake, Warehouse, subject_keys
from etl.inbox import Offer, RefusedError, now
from etl.mapping.declaration import Input, Source, normalised
from etl.personal_landing import Persons
from etl.remote_table import RemoteTable, Rows
from etl.whistleblower import sensitive_columns
from model import warehouse
from model.contract import VAULT, table_named
from model.subjects import SubjectKeys

_MEMORY = "512MB"
"""What an extract may hold in memory before it spills to disk."""


@dataclass(frozen=True)
class Asked:
    """A table that a mapping asks for."""

    source: Source
    declared: Input

    @property
    def name(self) -> str:
        """What the extract is called where a file has its name."""
        return f"database:{self.source.name}/{self.declared.name}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The contract tables that it feeds."""
        mine = (item.table for item in self.source.outputs if item.input == self.declared.name)
        return tuple(dict.fromkeys(mine))

    @property
    def table(self) -> str:
        """The other system's table, with its schema if it has one."""
        return self.declared.database.table if self.declared.database else ""

    def persons(self, headers: dict[str, str]) -> list[Persons]:
        """Whose personal columns it has."""
        return personal_landing.of_mapped(self.source, self.declared, headers, ())

    @property
    def cursor(self) -> str | None:
        """The declared cursor, where reading on from it gives whole records; else None."""
        is_grouped = any(item.group_by for item in self.source.outputs if item.input == self.declared.name)
        if self.source.extent == "full" or is_grouped or is_enriched(self.source):
            return None
        return self.declared.database.cursor if self.declared.database else None


@dataclass(frozen=True)
class Extract:
    """A table as it was read. `path` is where its rows lie as Parquet until they are landed."""

    path: Path
    headers: dict[str, str]
    as_of: datetime
    read_at: datetime
    cursor: str | None
    is_news: bool


Fate = Extract | RefusedError


def is_enriched(source: Source) -> bool:
    """True for a source in which one table adds columns to another's rows: they must come together."""
    return any(item.role == "enrichment" for item in source.outputs)


def gather(
    place: Warehouse, sources: Iterable[Source], cursors: Mapping[str, str], hashes: Mapping[str, str]
) -> Iterator[Intake]:
    """Read each declared table once; land what is new and say what could not be read.

    `cursors` and `hashes` tell how far the last extract of each name went, and which landed file it is.
    """
    by_source = [
        [
            Asked(source, item)
            for item in source.inputs
            if item.database and not remote_table.is_absent(item.database)
        ]
        for source in sources
    ]
    asked = [one for members in by_source for one in members]
    if not asked:
        return
    keys = subject_keys(place)
    with _workplace(place) as folder:
        fates: dict[str, Fate] = {}
        for url, members in _by_address(asked, fates).items():
            fates |= _visit(url, members, Reader(place, folder, keys, cursors, hashes))
        for members in by_source:
            for one, fate in _settled(members, fates):
                yield _intake(place, one, fate)


@contextmanager
def _workplace(place: Warehouse) -> Iterator[Path]:
    folder = place.landing / land.INCOMING / "databases"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _by_address(asked: Iterable[Asked], fates: dict[str, Fate]) -> dict[URL, list[Asked]]:
    """The tables of each database; those that may not be read or have no address are refused at once."""
    found: dict[URL, list[Asked]] = {}
    for one in asked:
        assert one.declared.database
        try:
            _require_harmless(one)
            found.setdefault(remote_table.address(one.declared.database), []).append(one)
        except RefusedError as refusal:
            fates[one.name] = refusal
    return found


def _require_harmless(one: Asked) -> None:
    """A reporter's identity is sealed before anything is written, which an extract is not: it must not hold one."""
    public = {
        normalised(text)
        for name in one.tables
        if name != VAULT.name
        for column in table_named(name).columns
        for text in (column.name, str(column.info["zh"]))
    }
    unknown = tuple(column for column in one.declared.columns if normalised(column) not in public)
    found = sensitive_columns(one.tables, unknown)
    if VAULT.name in one.tables or found:
        what = f"table {VAULT.name}" if VAULT.name in one.tables else f"columns {', '.join(found)}"
        raise RefusedError(
            f"{what}: whistle-blower data is not read from databases: nothing of it was fetched;"
            " expected a file, which is sealed"
        )


def _visit(url: URL, members: Iterable[Asked], reader: Reader) -> dict[str, Fate]:
    """Read the tables of one database in one transaction, so that they fit together."""
    fates: dict[str, Fate] = {}
    try:
        with remote_table.explained(url), remote_table.session(url) as connection:
            for one in members:
                fates[one.name] = reader.read(connection, url, one)
    except RefusedError as refusal:
        for one in members:
            fates.setdefault(one.name, refusal)
    return fates


def _settled(members: Iterable[Asked], fates: Mapping[str, Fate]) -> list[tuple[Asked, Fate]]:
    """What is to be told of one source's tables: refusals and news. Tables that belong together share one fate."""
    mine = [(one, fates[one.name]) for one in members]
    failed = next((one for one, fate in mine if isinstance(fate, RefusedError)), None)
    together = any(is_enriched(one.source) for one, _ in mine)
    if together and failed:
        reason = RefusedError(f"{failed.name} could not be read, and belongs to this table")
        return [(one, fate if isinstance(fate, RefusedError) else reason) for one, fate in mine]
    has_news = any(isinstance(fate, Extract) and fate.is_news for _, fate in mine)
    return [
        (one, fate)
        for one, fate in mine
        if isinstance(fate, RefusedError) or fate.is_news or (together and has_news)
    ]


def _intake(place: Warehouse, one: Asked, fate: Fate) -> Intake:
    if isinstance(fate, RefusedError):
        return Intake(one.name, "refused", str(fate), source=one.source.name, tables=one.tables)
    found = fate.path.stat()
    offer = Offer(one.name, fate.path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    landed = land.land(place.landing, offer, "parquet")
    fate.path.unlink()
    return Intake(
        one.name,
        "loaded",
        offer=replace(offer, path=landed.path),
        source=one.source.name,
        tables=one.tables,
        sha256=landed.sha256,
        layout=Layout(
            "sealed" if one.persons(fate.headers) else "parquet", False, "", "", tuple(fate.headers.values())
        ),
        landed=replace(landed, arrived_at=fate.read_at),  # the same content may come back later
        as_of=fate.as_of,
        headers=fate.headers,
        mapping=one.source,
        input=one.declared,
        cursor=fate.cursor,
    )


@dataclass(frozen=True)
class Reader:
    """Reads tables into Parquet files in a folder, knowing what earlier extracts held."""

    place: Warehouse
    folder: Path
    keys: SubjectKeys
    cursors: Mapping[str, str]
    hashes: Mapping[str, str]

    def read(self, connection: Connection, url: URL, one: Asked) -> Fate:
        """The rows of a table, or why they cannot be had."""
        if connection.invalidated:
            return RefusedError(f"{remote_table.shown(url)}: the connection was lost at another table")
        try:
            with remote_table.explained(url), connection.begin_nested():
                return self._extract(connection, remote_table.shown(url), one)
        except RefusedError as refusal:
            return refusal

    def _extract(self, connection: Connection, address: str, one: Asked) -> Extract:
        read_at, table = now(), remote_table.find(connection, one.declared)
        previous = self._previous(one, table)
        by = table.headers[one.cursor] if one.cursor else None
        at = cursor.place(address, one.table, by) if by else ""
        last = None
        if by is not None:
            kind = _cursor_kind(table, by)
            held = cursor.restored(self.cursors.get(one.name), at, kind) if previous else None
            last = held if cursor.is_reached(held, read_at) else None
        rows = Rows(table, read_at, by, cursor.start(last))
        path = self.folder / f"{hashlib.sha256(one.name.encode()).hexdigest()}.parquet"
        is_news = self._write(connection, rows, path, previous, one)
        latest = cursor.later(last, rows.latest)
        return Extract(
            path,
            table.headers,
            (cursor.speaks_for(latest) if by else None) or read_at,
            read_at,
            cursor.kept(at, latest) if at and latest is not None else None,
            is_news,
        )

    def _previous(self, one: Asked, table: RemoteTable) -> Path | None:
        """The last extract of this name, where it holds all the columns that the mapping asks for now."""
        sha256 = self.hashes.get(one.name, "")
        path = self.place.landing / sha256[:2] / f"{sha256}.parquet"
        if not sha256 or not path.exists():
            return None
        with warehouse.connect(memory_limit=_MEMORY) as connection:
            described = connection.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
        return path if {row[0] for row in described} >= set(table.columns) else None

    def _write(
        self, connection: Connection, rows: Rows, path: Path, previous: Path | None, one: Asked
    ) -> bool:
        """Write the rows as Parquet; whether they tell anything that the previous extract did not."""
        columns = rows.table.columns
        with warehouse.connect(memory_limit=_MEMORY, temporary=self.folder) as target:
            declared = ", ".join(f"{sql.name(column)} VARCHAR" for column in columns)
            persons = one.persons(rows.table.headers)
            before = f"{PLACE} BIGINT, {ERROR} VARCHAR, {REST} VARCHAR, " if persons else ""
            target.execute(f"CREATE TABLE extracted ({before}{declared})")
            personal.define(target, self.keys)
            for batch in rows.batches(connection):
                series = [pd.Series(cells, dtype="str") for cells in batch]
                target.register("batch", pd.DataFrame(dict(zip(columns, series, strict=True))))
                target.execute(
                    _sealing(columns, persons, one.name) if persons else "INSERT INTO extracted FROM batch"
                )
                target.unregister("batch")
            self.keys.keep()
            is_news = _tells_news(target, columns, previous, is_whole=rows.by is None)
            if is_news or is_enriched(one.source):
                target.execute(
                    f"COPY extracted TO {sql.literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
                )
        return is_news


def _sealing(columns: tuple[str, ...], persons: list[Persons], name: str) -> str:
    """A batch appended with its personal cells sealed: nothing else of them is ever in the table, which may spill."""
    numbered = f"(SELECT count(*) FROM extracted) + row_number() OVER () AS {PLACE}"
    came = (
        f"SELECT 0 AS _batch_id, {numbered}, NULL::VARCHAR AS {ERROR}, NULL::VARCHAR AS {REST}, * FROM batch"
    )
    return (
        f"CREATE OR REPLACE TEMP TABLE came AS {came};"
        f" INSERT INTO extracted {personal_landing.sealed_rows(columns, persons, name)}"
    )


def _cursor_kind(table: RemoteTable, column: str) -> type:
    kind = table.kind(column)
    if not cursor.can_be(kind):
        raise RefusedError(
            f"cursor {column}: is of type {table.types[column]}; expected a time, a number or a text"
        )
    return kind


def _tells_news(
    connection: warehouse.Connection, columns: tuple[str, ...], previous: Path | None, *, is_whole: bool
) -> bool:
    """Whether the extracted rows are others than the previous ones; of an increment, whether any was not there."""
    found = connection.execute("SELECT count(*) FROM extracted").fetchone()
    count = int(found[0]) if found else 0
    if previous is None:
        return count > 0
    before = f"(SELECT {sql.names(columns)} FROM read_parquet({sql.literal(str(previous))}))"
    if is_whole:
        held = connection.execute(f"SELECT count(*) FROM {before}").fetchone()
        if held != found:
            return True
    every = "ALL" if is_whole else ""
    unseen = connection.execute(f"SELECT 1 FROM (FROM extracted EXCEPT {every} FROM {before}) LIMIT 1")
    return unseen.fetchone() is not None
