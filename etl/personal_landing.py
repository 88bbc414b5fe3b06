"""Landing a file of a register of persons: Parquet in which each personal cell is sealed for its subject.

What came is kept cell by cell, with the numbers of the rows and the reasons of those that could not be read; its
certificate and its name hold the hash of the bytes that came. So it can be delivered anew as it lies, and whoever's key
was erased meanwhile is gone from it. Nothing plain is written, not even for a moment.
"""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from etl import extract, land, mapping, personal, readers, sql
from etl.content import in_memory
from etl.extract import ERROR, PLACE, REST, Layout
from etl.inbox import Offer, WaitingError
from etl.land import Landed
from etl.mapping import Input, Source
from model import policy, warehouse
from model.contract import TABLES
from model.subjects import SubjectKeys

_MEMORY = "2GB"


@dataclass(frozen=True)
class Persons:
    """Whose a file's personal columns are: of each register, the columns, and the query of each row's subject."""

    table: str
    columns: tuple[str, ...]
    subjects: str


def of_feed(table: str, headers: dict[str, str], unknown: tuple[str, ...]) -> list[Persons]:
    """The personal columns of a feed file, and those that the contract does not know; none of other tables."""
    if table not in policy.SUBJECTS:
        return []
    mine = [headers[one.name] for one in policy.sealed_columns(TABLES[table]) if one.name in headers]
    key = f"nullif(trim({sql.name(headers[policy.SUBJECTS[table]])}), '')"
    columns = (*mine, *unknown)
    return [Persons(table, columns, f"SELECT {PLACE}, {key} AS subject FROM came")] if columns else []


def of_mapped(
    source: Source, declared: Input, headers: dict[str, str], unknown: tuple[str, ...]
) -> list[Persons]:
    """The columns of a mapped file that feed personal ones; where it is the register itself, also the unknown ones."""
    found: list[Persons] = []
    for output in source.outputs:
        if output.input != declared.name or output.table not in policy.SUBJECTS:
            continue
        if output.role == "enrichment":
            continue
        names = {one.name for one in policy.sealed_columns(TABLES[output.table])}
        fed = [recipe for name, recipe in output.recipes.items() if name in names]
        mine = {headers[column] for recipe in fed for column in recipe.source_columns() if column in headers}
        taken = {column for one in found for column in one.columns}
        columns = (*sorted(mine - taken), *(unknown if output.role == "primary" and not found else ()))
        if columns:
            key = policy.SUBJECTS[output.table]
            query = mapping.values(source, output, "came", headers, key)
            found.append(Persons(output.table, columns, query))
    return found


def land_personal(
    landing: Path, offer: Offer, layout: Layout, wanted: str, persons: list[Persons], keys: SubjectKeys
) -> Landed:
    """Land a file with its personal cells sealed; WaitingError where it changed meanwhile."""
    content = offer.path.read_bytes()
    if not offer.is_unchanged():
        raise WaitingError("is still growing")

    def write(target: Path, sha256: str) -> None:
        with warehouse.connect(memory_limit=_MEMORY) as private:
            _take(private, gzip.decompress(content) if layout.is_gzip else content, layout, wanted)
            seal(private, target, layout.columns, persons, keys, sha256)

    return land.land_rewritten(landing, offer, content, write)


def seal(
    connection: warehouse.Connection,
    target: Path,
    columns: tuple[str, ...],
    persons: list[Persons],
    keys: SubjectKeys,
    sha256: str,
) -> None:
    """Write the table `came` as Parquet, its personal cells sealed; the keys are kept before."""
    personal.define(connection, keys)
    connection.execute(f"CREATE TABLE kept AS {sealed_rows(columns, persons, sha256)}")
    keys.keep()
    connection.execute(
        f"COPY (FROM kept ORDER BY {PLACE}) TO {sql.literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
    )


def sealed_rows(columns: tuple[str, ...], persons: list[Persons], file: str) -> str:
    """The rows of the table `came` with the personal cells sealed; what is nobody's under the key of the file."""
    nobody = sql.literal(f"file/{file}")
    owner = {column: number for number, one in enumerate(persons) for column in one.columns}
    subjects = [
        f"coalesce({sql.literal(one.table + '/')} || of_{number}.subject, {nobody})"
        for number, one in enumerate(persons)
    ]
    cells = [
        f"seal_for({subjects[owner[name]]}, {sql.name(name)}) AS {sql.name(name)}" if name in owner else sql.name(name)
        for name in columns
    ]  # fmt: skip
    joins = " ".join(
        f"LEFT JOIN ({one.subjects}) of_{number} USING ({PLACE})" for number, one in enumerate(persons)
    )
    return (
        f"SELECT {PLACE}, {ERROR}, seal_for({nobody}, {REST}) AS {REST}, {', '.join(cells)} FROM came {joins}"
    )


def _take(private: warehouse.Connection, content: bytes, layout: Layout, wanted: str) -> None:
    """Read the rows into the table `came`: all as text, without blanks around it, unreadable rows with their reason."""
    plain = replace(layout, is_gzip=False)
    columns = ", ".join(f"{sql.name(name)} VARCHAR" for name in layout.columns)
    private.execute(
        f"CREATE TABLE came (_batch_id BIGINT DEFAULT 0, {PLACE} BIGINT, {ERROR} VARCHAR, {REST} VARCHAR, {columns})"
    )
    if layout.format in ("csv", "parquet"):
        try:
            with in_memory(io.BytesIO(content)) as path:
                if found := extract.relation(private, path, plain, path):
                    _copy(private, found)
                    return
        except warehouse.Error:
            private.execute("DELETE FROM came")
    _add(private, extract.sheet(io.BytesIO(content), plain, wanted))


def _copy(private: warehouse.Connection, found: extract.Relation) -> None:
    names = sql.names(found.columns)
    number = "_row_number" if found.is_numbered else "row_number() OVER ()"
    private.execute(f"INSERT INTO came ({PLACE}, {names}) SELECT {number}, {names} FROM {found.sql}")


def _add(private: warehouse.Connection, sheet: readers.Sheet) -> None:
    rows = list(sheet.rows)
    table: dict[str, list[object]] = {
        PLACE: [row.number for row in rows],
        ERROR: [row.error for row in rows],
        REST: [json.dumps(row.cells, ensure_ascii=False) if row.error else None for row in rows],
    }
    for at, name in enumerate(sheet.columns):
        table[name] = [None if row.error or row.cells[at] is None else _tidy(row.cells[at]) for row in rows]
    private.register("read_rows", pd.DataFrame(table, dtype=object))
    private.execute("INSERT INTO came BY NAME FROM read_rows")
    private.unregister("read_rows")


def _tidy(cell: str | None) -> str | None:
    return (cell or "").strip(readers.BLANKS) or None
