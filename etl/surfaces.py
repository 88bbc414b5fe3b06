"""Surfaces: what of a snapshot goes into which of its files, as model/policy.py decides.

`analysis` holds the records without names, staff and shops as pseudonyms; `screen` holds counts only. A surface is
written from the snapshot under construction, which is attached as `snapshot`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import Column

from etl import screen, sql
from etl.batch import type_name
from etl.building import Building
from etl.gather import Warehouse
from model import policy, warehouse

VERSION = "0.1.0"
"""Of the code that writes snapshots: what another version wrote is written anew, not carried on."""
_WASTE = 0.3
"""The share of free blocks from which a warehouse file is written anew instead of carried on."""


def write(building: Building, place: Warehouse) -> None:
    """Both surfaces: the marts of analysis are copied while those of the screen are counted."""
    _write_records(building, place)
    with warehouse.meanwhile(building.connection, _copy_marts):
        _write_screen(building)


def _write_records(building: Building, place: Warehouse) -> None:
    """The records for analysis: carried on from the previous snapshot by what changed, or written anew."""
    connection, path = building.connection, building.directory / "analysis.duckdb"
    previous = _carried_on(building, place)
    is_carried_on = previous is not None
    if previous:
        shutil.copyfile(previous, path)
    warehouse.attach(connection, path, "analysis")
    connection.execute(
        "CREATE SCHEMA IF NOT EXISTS analysis.record; CREATE SCHEMA IF NOT EXISTS analysis.mart"
    )
    touched = _touched(building) if is_carried_on else _filled(connection)
    for table in policy.analysis_tables():
        name = sql.name(table.name)
        columns = policy.analysis_columns(table)
        declared = ", ".join(f"{sql.name(column.name)} {type_name(column)}" for column, _ in columns)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS analysis.record.{name} ({declared}, batch_id BIGINT, row_number BIGINT)"
        )
        if table.name not in touched:
            continue
        chosen = [f"snapshot.record.{name}"]
        if is_carried_on:
            connection.execute(
                f"DELETE FROM analysis.record.{name} WHERE (batch_id, row_number) IN"
                " (SELECT (batch_id, row_number) FROM removed WHERE table_name = ?)",
                [table.name],
            )
            chosen = _changed(building, table.name)
        for rows in chosen:
            connection.execute(
                sql.statement("analysis_rows", table=name, chosen=rows, **_pseudonymised(columns))
            )


def _copy_marts(connection: warehouse.Connection) -> None:
    """What is measured, judged and counted, for analysis."""
    for mart in ("unit", "unit_tree", "volume", "cell"):
        connection.execute(f"CREATE OR REPLACE TABLE analysis.mart.{mart} AS FROM snapshot.mart.{mart}")
    connection.execute(sql.statement("judge_analysis"))
    connection.execute(sql.statement("aggregate_analysis"))


def _filled(connection: warehouse.Connection) -> set[str]:
    """The tables of which any batch has come."""
    return {
        name
        for (name,) in connection.execute("SELECT DISTINCT table_name FROM snapshot.quality.batch").fetchall()
    }


def _touched(building: Building) -> set[str]:
    """The tables of which this run has brought or moved any row."""
    rows = building.connection.execute(
        "SELECT table_name FROM added UNION SELECT table_name FROM removed"
        " UNION SELECT table_name FROM snapshot.quality.batch WHERE batch_id >= ?",
        [building.first_batch_id],
    ).fetchall()
    return {name for (name,) in rows}


def _changed(building: Building, table: str) -> list[str]:
    """A table's rows of this run's batches, which lie together; then those of earlier ones that came back, if any."""
    record, first = f"FROM snapshot.record.{sql.name(table)} WHERE batch_id", building.first_batch_id
    of_table = f"FROM added WHERE table_name = {sql.literal(table)} AND batch_id < {first}"
    returned = f"SELECT (batch_id, row_number) {of_table}"
    changed = [f"({record} >= {first})"]
    if building.connection.execute(f"{returned} LIMIT 1").fetchone():
        changed.append(f"({record} < {first} AND (batch_id, row_number) IN ({returned}))")
    return changed


def _carried_on(building: Building, place: Warehouse) -> Path | None:
    """The previous analysis surface, where this code wrote it and it is worth carrying on."""
    if building.previous is None or is_wasteful(building.connection):
        return None
    before = warehouse.open_snapshot(place.directory, building.previous)
    path = before.path("analysis")
    return path if path.exists() and before.manifest.get("code_version") == VERSION else None


def _pseudonymised(columns: list[tuple[Column[Any], policy.Exposure]]) -> dict[str, str]:
    """The parts of the statement that looks up each distinct identity's pseudonym once."""
    hidden = [column for column, exposure in columns if exposure == "pseudonym"]
    steps, joins = [], []
    for column in hidden:
        name, step = sql.name(column.name), sql.name(f"pseudonyms of {column.name}")
        is_list = column.info["kind"] == "list<string>"
        value = f"list_transform({name}, e -> pseudonym(e))" if is_list else f"pseudonym({name})"
        steps.append(
            f", {step} AS MATERIALIZED (SELECT {name}, {value} AS pseudonym"
            f" FROM (SELECT DISTINCT {name} FROM chosen WHERE {name} IS NOT NULL))"
        )
        joins.append(f"LEFT JOIN {step} ON chosen.{name} = {step}.{name}")
    selected = ", ".join(
        f"{sql.name(f'pseudonyms of {column.name}')}.pseudonym"
        if exposure == "pseudonym"
        else f"chosen.{sql.name(column.name)}"
        for column, exposure in columns
    )
    return {"pseudonyms": "".join(steps), "joins": " ".join(joins), "columns": selected}


def _write_screen(building: Building) -> None:
    """The screen surface, always written anew."""
    path = building.directory / "screen.duckdb"
    warehouse.attach(building.connection, path, "screen")
    screen.write(building.connection, policy.SMALL_COUNT)
    building.connection.execute(sql.statement("judge_screen", smallest=str(policy.SMALL_COUNT)))


def is_wasteful(connection: warehouse.Connection) -> bool:
    """Whether so much of the warehouse file is free that it is written anew."""
    row = connection.execute(
        "SELECT free_blocks, total_blocks FROM pragma_database_size() WHERE database_name = 'snapshot'"
    ).fetchone()
    return bool(row and row[1] > 64 and row[0] / row[1] > _WASTE)
