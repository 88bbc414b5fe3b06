"""Records: the tables of a warehouse under construction, and the views of its effective-dated registers.

Derived from the contract alone; nothing is loaded here.
"""

from __future__ import annotations

from sqlalchemy import Table

from etl import sql
from etl.batch import record, type_name
from model import warehouse
from model.contract import REGISTERS, key_of


def revision(table: Table) -> str:
    """The quoted name of a table's superseded versions."""
    return f"snapshot.record.{sql.name(table.name + '_revision')}"


def create_tables(connection: warehouse.Connection, tables: dict[str, Table]) -> None:
    """Create what is missing of the warehouse under construction."""
    query = (
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'snapshot' AND schema_name = 'record'"
    )
    held = {name for (name,) in connection.execute(query).fetchall()}
    connection.execute("USE snapshot")
    connection.execute(sql.statement("schema"))
    connection.execute("USE memory")
    for table in tables.values():
        if {table.name, f"{table.name}_revision"} <= held:
            continue
        columns = ", ".join(f"{sql.name(column.name)} {type_name(column)}" for column in table.columns)
        connection.execute(
            sql.statement("create_record", record=record(table), revision=revision(table), columns=columns)
        )


def create_version_views(connection: warehouse.Connection) -> None:
    """For each effective-dated register its versions with `in_force_from` and `in_force_to` (null: still in force).

    A version is in force from the date that it states, where what changed states one, else from its batch's as-of.
    """
    connection.execute("USE snapshot")
    for table in REGISTERS.values():
        owner = table.info.get("versions_of")
        stated: dict[str, tuple[str, ...]] = table.info["in_force_from"]
        cases = " ".join(
            f"WHEN list_has_any(what_changed, [{', '.join(sql.literal(name) for name in changed)}])"
            f" AND {sql.name(date)} IS NOT NULL THEN {sql.name(date)}"
            for date, changed in stated.items()
        )
        starts = sql.name("valid_from") if owner else f"CASE {cases} ELSE CAST(as_of AS DATE) END"
        connection.execute(
            sql.statement(
                "versions" if not owner else "versions_stated",
                view=sql.name(f"{table.name}_version"),
                table=sql.name(table.name),
                revision=sql.name(f"{table.name}_revision"),
                columns=sql.names(column.name for column in table.columns),
                key=sql.names(key_of(table)),
                owner=sql.name(owner or ""),
                starts=starts if cases or owner else "CAST(as_of AS DATE)",
            )
        )
    connection.execute("USE memory")
