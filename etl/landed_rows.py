"""Landed rows: the rows of a landed file as a relation, and those of all files of a mapped input as one table.

DuckDB reads what is well shaped; the patient readers the rest; a file with whistle-blower columns stays in memory. What
the rows mean is not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from etl import extract, personal, private_rows, readers, sql
from etl.building import Building
from etl.content import opened
from etl.extract import Relation
from etl.gather import Intake
from etl.inbox import RefusedError
from etl.mapping import Source
from etl.private_rows import PrivateRows
from etl.readers import Row
from model import warehouse

Reading = tuple[Relation, Callable[[], Relation] | None]
"""The rows of a landed file, and how to read them patiently should DuckDB fail on them."""


def relation(building: Building, intake: Intake) -> Reading:
    """The rows of a file. RefusedError where a column without a name, which may be empty only, is not."""
    found, repair = _read(building, intake)
    if not (unnamed := [column for column in intake.unknown if readers.is_unnamed(column)]):
        return found, repair
    try:
        _require_empty(building.connection, found, unnamed)
    except warehouse.Error:
        if repair is None:
            raise
        found, repair = repair(), None
        _require_empty(building.connection, found, unnamed)
    return found, repair


def _require_empty(connection: warehouse.Connection, relation: Relation, unnamed: list[str]) -> None:
    for column in unnamed:
        has_value = f"trim({sql.name(column)}, {sql.literal(readers.BLANKS)}) <> ''"
        if connection.execute(f"SELECT 1 FROM {relation.sql} WHERE {has_value} LIMIT 1").fetchone():
            raise RefusedError(f"header: {column} has values below it; expected a column name")


def _read(building: Building, intake: Intake) -> Reading:
    assert intake.layout and intake.landed
    layout, landed = intake.layout, intake.landed
    target = building.directory / f"{intake.sha256}.csv"
    if intake.content is not None:
        # none that the contract does not know: a remark may hold what the reporter's own columns do
        hidden = [column for column in intake.unknown if not readers.is_unnamed(column)]
        return private_rows.without(intake.content, layout, hidden, target, intake.tables[0]), None

    def repair() -> Relation:
        sheet = (intake.input.sheet if intake.input else None) or intake.tables[0]
        with opened(landed.path, layout.is_gzip) as content:
            return extract.repaired(content, layout, target, sheet)

    fast = extract.relation(
        building.connection, landed.path, layout, building.directory / f"{intake.sha256}.unpacked.csv"
    )
    return (fast, repair) if fast else (repair(), None)


@dataclass
class RawInput:
    """The raw rows of all files of one mapped input in this run; in `private` where one of them is sealed."""

    relation: str
    private: PrivateRows | None = None
    headers: dict[str, str] = field(default_factory=dict)
    unreadable: dict[int, list[Row]] = field(default_factory=dict)


def read_raw(
    building: Building, source: Source, intakes: list[Intake]
) -> tuple[dict[str, RawInput], dict[str, str]]:
    """The raw rows of a source's files as one table an input; also the files that could not be read, with why.

    Each file's rows carry `_batch_id`, the place of the file in `intakes`, so that outputs can be told apart.
    """
    inputs: dict[str, RawInput] = {}
    refused: dict[str, str] = {}
    sealed = {item.input.name for item in intakes if item.input and item.content is not None}
    for number, intake in enumerate(intakes):
        assert intake.input and intake.headers is not None
        raw = inputs.setdefault(
            intake.input.name, RawInput(sql.name(f"raw {source.name} {intake.input.name}"))
        )
        raw.headers = {column: column for column in intake.headers}
        if intake.input.name in sealed:
            raw.private = raw.private or PrivateRows()
        try:
            raw.unreadable[number] = _append_raw(building, intake, number, raw)
        except RefusedError as refusal:
            refused[intake.name] = str(refusal)
    return inputs, refused


def _append_raw(building: Building, intake: Intake, number: int, raw: RawInput) -> list[Row]:
    target = raw.relation
    if raw.private:
        assert intake.layout and intake.landed and intake.headers is not None
        content = intake.landed.path.read_bytes() if intake.content is None else intake.content
        return raw.private.add(content, intake.layout, intake.headers, number, target)
    found, repair = relation(building, intake)
    assert intake.layout
    if intake.layout.format == "sealed":
        found = replace(found, sql=personal.all_opened(found.sql, found.columns))
    try:
        _copy_raw(building.connection, found, intake, number, target)
    except warehouse.Error:
        if repair is None:
            raise
        found = repair()
        _copy_raw(building.connection, found, intake, number, target)
    return found.unreadable


def _copy_raw(
    connection: warehouse.Connection, relation: Relation, intake: Intake, number: int, target: str
) -> None:
    """Append a file's rows. Cells go by their place meanwhile, so that a column may be called what it likes."""
    assert intake.headers is not None
    cells = {column: sql.name(f"cell {place}") for place, column in enumerate(intake.headers)}
    picked = ", ".join(f"{sql.name(header)} AS {cells[column]}" for column, header in intake.headers.items())
    if relation.is_numbered:
        place, incoming = "_row_number", f"(SELECT _row_number, {picked} FROM {relation.sql})"
    else:
        place, incoming = "rowid + 1", "incoming_rows"
        with warehouse.in_order(connection):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {incoming} AS SELECT {picked} FROM {relation.sql}"
            )
    columns = ", ".join(f"{cell} AS {sql.name(column)}" for column, cell in cells.items())
    select_rows = f"SELECT {number} AS _batch_id, {place} AS _row_number, {columns} FROM {incoming}"
    connection.execute(f"CREATE TABLE IF NOT EXISTS {target} AS {select_rows} LIMIT 0")
    connection.execute(f"INSERT INTO {target} BY NAME {select_rows}")
