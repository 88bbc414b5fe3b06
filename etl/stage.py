"""Stage: a relation's rows of text as typed values in one pass.

Nearly all values stand in one plain spelling, which costs one cast and a few comparisons. A row with anything else
keeps its texts and is examined afterwards by sql/examine.sql, which knows every spelling and says what is wrong. A
table that holds no record yet is staged in its own place, so that its rows are compressed and written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column

from etl import examining, parse, personal, sql
from etl.batch import Arrival, record, type_name
from etl.examining import text
from etl.extract import Relation
from model import warehouse
from model.contract import REGISTERS

_FEW = frozenset({"org_unit", "staff", "market_cell", "school"}) & set(REGISTERS)
"""The registers to whose few rows so many others refer that a dictionary of them pays."""


@dataclass(frozen=True)
class Staged:
    """Where a batch's rows stand, and how many. `is_in_place`: in a table that can become the record table itself."""

    table: str
    rows: int
    is_in_place: bool


def stage(
    connection: warehouse.Connection,
    relation: Relation,
    arrival: Arrival,
    headers: Mapping[str, str],
    *,
    may_be_in_place: bool = True,
) -> Staged:
    """Read a relation's rows as typed values; `headers` maps a contract column to its name in the relation."""
    columns = [column for column in arrival.table.columns if column.name in headers]
    # the texts of odd rows are kept meanwhile: on no disk where they may hold what is to be hidden
    may_be_in_place = may_be_in_place and not any(map(examining.is_hidden, columns))
    is_in_place = may_be_in_place and not _holds_any(connection, record(arrival.table))
    target = "snapshot.record.staged" if is_in_place else "staged"
    declared = ", ".join(_declared(column, is_in_place) for column in arrival.table.columns)
    statement = sql.statement(
        "stage",
        staged=target,
        relation=relation.sql,
        carried="_row_number," if relation.is_numbered else "",
        texts=", ".join(f"{sql.name(headers[column.name])} AS {text(column)}" for column in columns),
        values=", ".join(
            f"{parse.plain(column, text(column))} AS {sql.name(column.name)}" for column in columns
        ),
        columns=", ".join(_plain_value(arrival, column) for column in arrival.table.columns),
        batch=str(arrival.batch_id),
        number="_row_number" if relation.is_numbered else "NULL",
        odd=_is_odd(arrival, columns, headers),
        delivered=", ".join(text(column) for column in columns),
    )
    connection.begin()
    try:
        connection.execute(
            f"CREATE OR REPLACE TABLE {target} ({declared}, batch_id BIGINT, row_number BIGINT, _texts VARCHAR[])"
        )
        with warehouse.in_order(connection), warehouse.lazily(connection):
            connection.execute(statement)
        connection.commit()
    except warehouse.Error:
        connection.rollback()
        raise
    if not relation.is_numbered:
        connection.execute(f"UPDATE {target} SET row_number = rowid + 1")
    _examine(connection, arrival, target, columns, headers)
    row = connection.execute(f"SELECT count(*) FROM {target}").fetchone()
    staged = Staged(target, int(row[0]) if row else 0, is_in_place)
    connection.execute(sql.statement("findings"))
    show(connection, arrival, staged)
    return staged


def _holds_any(connection: warehouse.Connection, table: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None


def _declared(column: Column[object], is_kept: bool) -> str:
    """A column as it is created; for identifiers, which hardly repeat, a dictionary is not even tried."""
    info, (target, _, _) = column.info, str(column.info["references"] or "").partition(".")
    is_identifier = info["kind"] == "string" and not info["codes"] and column.name.endswith(("_id", "_no"))
    chosen = " USING COMPRESSION zstd" if is_kept and is_identifier and target not in _FEW else ""
    return f"{sql.name(column.name)} {type_name(column)}{chosen}"


def _plain_value(arrival: Arrival, column: Column[object]) -> str:
    """A plain value: as delivered, computed where the contract says so, else null."""
    value = sql.name(column.name) if column.name in arrival.recorded else f"CAST(NULL AS {type_name(column)})"
    hashed, of = arrival.table.info.get("keyed_hash", (None, None))
    return f"coalesce({value}, keyed_hash({sql.name(of)}))" if column.name == hashed else value


def _is_odd(arrival: Arrival, columns: list[Column[object]], headers: Mapping[str, str]) -> str:
    """True for a row of which anything must be looked at twice; so is each with sealed values, to be opened first."""
    if any(map(personal.is_sealed, columns)):
        return "true"
    odd = [examining.is_header(arrival, headers)]
    for column in columns:
        given, value = text(column), sql.name(column.name)
        odd += [f"{given} IS NULL"] if column.info["required"] else []
        odd += parse.not_plain(column, given, value, examining.arrived_at(arrival))
    odd += [f"NOT ({condition})" for _, condition in examining.position_rules(columns)]
    return examining.either(odd)


def _examine(
    connection: warehouse.Connection,
    arrival: Arrival,
    staged: str,
    columns: list[Column[object]],
    headers: Mapping[str, str],
) -> None:
    """Judge the rows that are not plain by the patient statement, which takes long to be planned."""
    names = ", ".join(f"{sql.name(column.name)} {type_name(column)}" for column in columns)
    connection.execute(sql.statement("examined", columns=names))
    if connection.execute(f"SELECT 1 FROM {staged} WHERE _texts IS NOT NULL LIMIT 1").fetchone() is None:
        return
    given = ", ".join(
        f"_texts[{place}] AS {sql.name(column.name)}" for place, column in enumerate(columns, 1)
    )
    delivered = f"(SELECT rowid AS _id, row_number, {given} FROM {staged} WHERE _texts IS NOT NULL)"
    statement = sql.statement(
        "examine",
        given=personal.opened(delivered, columns, {column.name: column.name for column in columns}),
        **examining.parts(arrival, columns, headers),
    )
    with warehouse.lazily(connection):
        connection.execute(statement)


def show(
    connection: warehouse.Connection,
    arrival: Arrival,
    staged: Staged,
    fallen: frozenset[str] = frozenset(),
) -> None:
    """The staged rows as they would be loaded: every column of the contract, fallen values null."""
    columns = list(arrival.table.columns)
    connection.execute(
        sql.statement(
            "staged_rows",
            staged=staged.table,
            plain=sql.names(column.name for column in columns),
            examined=", ".join(
                f"{_examined_value(arrival, column, column.name in fallen)} AS {sql.name(column.name)}"
                for column in columns
            ),
        )
    )


def _examined_value(arrival: Arrival, column: Column[object], is_fallen: bool) -> str:
    value = _plain_value(arrival, column)
    if not is_fallen:
        return value
    return f"CASE WHEN _id NOT IN (SELECT _id FROM {fallen_table(column)}) THEN {value} END"


def move_apart(connection: warehouse.Connection, arrival: Arrival, staged: Staged, which: str) -> None:
    """Put rows with those that were examined: they are not loaded as they stand. `which` selects their `_id`."""
    delivered = sql.names(column.name for column in arrival.table.columns if column.name in arrival.recorded)
    connection.execute(sql.statement("move_apart", staged=staged.table, columns=delivered, which=which))


def fallen_table(column: Column[object]) -> str:
    """The name of the table of rows whose value of a column fell by what lies beyond the row."""
    return sql.name(f"fallen {column.name}")


def clear(connection: warehouse.Connection, staged: Staged) -> None:
    """Remove what staging left, once its rows are loaded."""
    for view in ("accepted_rows", "staged_rows", "examined_rows", "plain_rows"):
        connection.execute(f"DROP VIEW IF EXISTS {view}")
    connection.execute(f"DROP TABLE IF EXISTS {staged.table}; DROP TABLE IF EXISTS examined")
