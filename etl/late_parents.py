"""Late parents: what waited or fell for want of a record, once that record has arrived.

A row whose required reference had no parent waits in the quarantine and is loaded as if it came now; an optional
reference that fell is given back. So it does not matter whether a register or the records that name it arrive first.
Nothing here judges a row anew by other rules than the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Table

from etl import check, load, sql, stage
from etl.batch import Arrival, identity, record
from etl.extract import Relation
from etl.load import Outcome
from etl.records import revision
from model import warehouse


def release(
    connection: warehouse.Connection, table: Table, arrivals: Callable[[int], Arrival], first_batch_id: int
) -> dict[int, Outcome]:
    """Load the waiting rows of a table whose parents have arrived; counts by the batch that first brought them.

    Batches from `first_batch_id` on are this run's. Parents come first: where none has grown, all wait on.
    """
    if not any(_has_grown(connection, parent, first_batch_id) for parent in _parents(table)):
        return {}
    query = "SELECT DISTINCT batch_id FROM snapshot.quality.quarantine WHERE table_name = ? AND is_waiting ORDER BY 1"
    waiting = connection.execute(query, [table.name]).fetchall()
    return {batch_id: _release(connection, arrivals(batch_id)) for (batch_id,) in waiting}


def _release(connection: warehouse.Connection, arrival: Arrival) -> Outcome:
    structure = "{" + ", ".join(f'"{name}": "VARCHAR"' for name in arrival.recorded) + "}"
    connection.execute(
        sql.statement(
            "waiting",
            structure=structure,
            columns=", ".join(f"cells.{sql.name(name)} AS {sql.name(name)}" for name in arrival.recorded),
        ),
        {"table": arrival.table.name, "batch": arrival.batch_id},
    )
    headers = {name: name for name in arrival.recorded}
    relation = Relation("waiting", arrival.recorded, is_numbered=True)
    staged = stage.stage(connection, relation, arrival, headers, may_be_in_place=False)
    check.check(connection, arrival, staged)
    outcome = load.load(connection, arrival, staged, is_release=True)
    released = outcome.loaded + outcome.unchanged + outcome.superseding
    if released:
        connection.execute(
            "DELETE FROM snapshot.quality.quarantine WHERE table_name = ? AND batch_id = ?"
            " AND row_number IN (SELECT _row_number FROM accepted_rows)",
            [arrival.table.name, arrival.batch_id],
        )
        connection.execute(sql.statement("cells"), identity(arrival))
        connection.execute(
            "INSERT INTO added SELECT ?, ?, _row_number FROM accepted_rows",
            [arrival.table.name, arrival.batch_id],
        )
    stage.clear(connection, staged)
    return replace(Outcome(), released=released, released_unchanged=outcome.unchanged)


def _parents(table: Table) -> set[str]:
    """The tables for whose records rows of a table wait: by a required reference, or one that a rule asks for.

    A version waits for the one before it, in the same table, to be closed.
    """
    asked = {
        name for column in table.columns for rule in column.info["rules"] if rule.scope == "row"
        for name in rule.asks_for
    }  # fmt: skip
    own = {table.name} if table.info.get("versions_of") else set()
    return own | {
        column.info["references"].split(".")[0]
        for column in table.columns
        if column.info["references"] and (column.info["required"] or column.name in asked)
    }


def heal(connection: warehouse.Connection, table: Table, first_batch_id: int) -> None:
    """Give back the optional references that fell for want of a parent which this run has brought.

    So it does not matter whether a register or the records that name it arrive first.
    """
    query = "SELECT DISTINCT column_name, rule FROM snapshot.quality.cell WHERE table_name = ? AND value IS NOT NULL"
    fallen = set(connection.execute(query, [table.name]).fetchall())
    for column in table.columns:
        target = column.info["references"]
        if (column.name, f"references {target}") not in fallen:
            continue
        if column.info["required"] or not _has_grown(connection, target.split(".")[0], first_batch_id):
            continue
        parent, key = (sql.name(part) for part in target.split("."))
        is_list = column.info["kind"] == "list<string>"
        parents = f"FROM snapshot.record.{parent}"
        all_there = f"list_has_all((SELECT list({key}) {parents}), string_split(c.value, ';'))"
        slots = {
            "record": record(table),
            "revision": revision(table),
            "name": sql.name(column.name),
            "value": "string_split(healing.value, ';')" if is_list else "healing.value",
            "has_parent": all_there if is_list else f"c.value IN (SELECT {key} {parents})",
        }
        asked = {"table": table.name, "column": column.name, "rule": f"references {target}"}
        sql.execute(connection, "heal", slots, asked)


def _has_grown(connection: warehouse.Connection, table: str, first_batch_id: int) -> bool:
    """True where this run has brought new records of a table, or released some that waited."""
    found = connection.execute(
        "SELECT 1 FROM snapshot.quality.batch WHERE table_name = $table AND batch_id >= $first"
        " AND loaded_count + derived_count > 0 UNION ALL SELECT 1 FROM added WHERE table_name = $table LIMIT 1",
        {"table": table, "first": first_batch_id},
    ).fetchone()
    return found is not None
