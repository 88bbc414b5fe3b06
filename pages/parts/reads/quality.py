"""Reads of the quality of the data: sources, batches, quarantine, emptied values, revisions, what disappeared.

It must not format, colour or decide; values of personal columns never leave it.
"""

from __future__ import annotations

import json
from typing import Any, cast

import pandas as pd
from sqlalchemy import ColumnElement, Select, String, and_, case, desc, func, literal, select, union_all
from sqlalchemy import cast as sql_cast

from model import policy
from model.contract import TABLES
from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.reads.shared import LISTED, cached, read


@cached()
def totals(snapshot: Snapshot) -> dict[str, int]:
    """How many entries each list of the data-quality page has."""

    def count(table: Any, *conditions: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(table).where(*conditions).scalar_subquery()

    found = read(
        snapshot,
        select(
            count(relations.source).label("sources"),
            count(relations.batch).label("batches"),
            count(relations.file, relations.file.c.status == "refused").label("refused"),
            count(relations.quarantine).label("quarantine"),
            count(relations.cell).label("cells"),
            count(relations.disappeared).label("disappeared"),
        ),
    )
    revised = sum(int(one.get("revisions", 0)) for one in snapshot.manifest.get("tables", {}).values())
    return {str(name): int(found[name].iloc[0]) for name in found.columns} | {"revisions": revised}


@cached()
def sources(snapshot: Snapshot) -> pd.DataFrame:
    """Every source with its clocks."""
    return read(snapshot, select(relations.source).order_by(relations.source.c.source))


@cached()
def batches(snapshot: Snapshot) -> pd.DataFrame:
    """The latest batches and where their rows went; off_by is 0 where reading adds up."""
    batch = relations.batch
    went = (
        batch.c.loaded_count,
        batch.c.unchanged_count,
        batch.c.superseding_count,
        batch.c.quarantined_count,
        batch.c.merged_count,
    )
    off_by = batch.c.read_count - sum(went[1:], start=cast(Any, went[0]))
    query = select(batch, off_by.label("off_by"))
    return read(snapshot, query.order_by(desc(batch.c.batch_id)).limit(LISTED))


@cached()
def refused(snapshot: Snapshot) -> pd.DataFrame:
    """Files that were not loaded at all, with their error."""
    file = relations.file
    return read(
        snapshot,
        select(file).where(file.c.status == "refused").order_by(desc(file.c.arrived_at)).limit(LISTED),
    )


@cached()
def quarantine_reasons(snapshot: Snapshot) -> pd.DataFrame:
    """How many rows each rule keeps out: table_name, reason, rows, waiting."""
    quarantine = relations.quarantine
    each = select(
        quarantine.c.table_name,
        func.unnest(quarantine.c.reasons).label("reason"),
        case((quarantine.c.is_waiting, 1), else_=0).label("waits"),
    ).subquery()
    return read(
        snapshot,
        select(
            each.c.table_name,
            each.c.reason,
            func.count().label("rows"),
            func.sum(each.c.waits).label("waiting"),
        )
        .group_by(each.c.table_name, each.c.reason)
        .order_by(desc("rows"), each.c.table_name, each.c.reason),
    )


@cached()
def quarantine_rows(snapshot: Snapshot, table: str | None, reason: str | None) -> pd.DataFrame:
    """Rows in quarantine, of one table and rule or of all: `row` holds what may be shown of each, `hidden` the names of
    its other columns."""
    quarantine = relations.quarantine
    query = select(quarantine)
    if table and reason:
        query = query.where(
            quarantine.c.table_name == table, func.list_contains(quarantine.c.reasons, reason)
        )
    order = (quarantine.c.table_name, quarantine.c.file, quarantine.c.row_number)
    found = read(snapshot, query.order_by(*order).limit(LISTED))
    came = [json.loads(row) for row in found.pop("row")]
    shown = [shown_columns(name) if name in TABLES else [] for name in found["table_name"]]
    pairs = list(zip(came, shown, strict=True))
    rows: list[Any] = [{name: value for name, value in row.items() if name in told} for row, told in pairs]
    found["row"], found["hidden"] = rows, [[name for name in row if name not in told] for row, told in pairs]
    return found


@cached()
def cell_rules(snapshot: Snapshot) -> pd.DataFrame:
    """How many values each rule emptied: table_name, column_name, rule, cells."""
    cell = relations.cell
    by = (cell.c.table_name, cell.c.column_name, cell.c.rule)
    query = select(*by, func.count().label("cells")).group_by(*by)
    return read(snapshot, query.order_by(desc("cells"), *by))


@cached()
def cells(snapshot: Snapshot, table: str | None, column: str | None, rule: str | None) -> pd.DataFrame:
    """Emptied values, of one column and rule or of all."""
    cell = relations.cell
    query = select(cell)
    if table and column:
        query = query.where(cell.c.table_name == table, cell.c.column_name == column, cell.c.rule == rule)
    order = (cell.c.table_name, cell.c.file, cell.c.row_number)
    return read(snapshot, query.order_by(*order).limit(LISTED))


@cached()
def disappeared(snapshot: Snapshot) -> pd.DataFrame:
    """Records that a later full extract no longer holds, those still missing first."""
    gone = relations.disappeared
    order = (gone.c.returned_batch_id.isnot(None), desc(gone.c.missing_batch_id), gone.c.record_key)
    return read(snapshot, select(gone).order_by(*order).limit(LISTED))


@cached()
def revised_columns(snapshot: Snapshot) -> pd.DataFrame:
    """How often each column was revised: table_name, column_name, revisions."""
    tables = [
        name for name, one in snapshot.manifest.get("tables", {}).items() if one.get("revisions", 0) > 0
    ]
    each = [_changes_of(name) for name in tables if name in TABLES]
    if not each:
        return pd.DataFrame(columns=["table_name", "column_name", "revisions"])
    changed = union_all(*each).subquery()
    by = (changed.c.table_name, changed.c.column_name)
    query = select(*by, func.count().label("revisions")).group_by(*by)
    return read(snapshot, query.order_by(desc("revisions"), *by))


def _changes_of(table: str) -> Select[Any]:
    changed = relations.revision(table).c.changed_columns
    return select(literal(table).label("table_name"), func.unnest(changed).label("column_name"))


def shown_columns(table: str) -> list[str]:
    """The columns of a table whose values may be shown: none that identifies a person, and no list of them."""
    return [
        one.name
        for one in TABLES[table].columns
        if one.info["pii"] == "none" and (one.primary_key or policy.exposure(one) == "keep")
    ]


@cached()
def revisions(snapshot: Snapshot, table: str, column: str | None, key: str | None = None) -> pd.DataFrame:
    """The latest revisions of a table or a record: key, batches, changed columns, old_ and new_ of what may be shown.

    The newer version of a revision is the row of the same key that its superseding batch and row name: the current
    row, or a revision of its own.
    """
    old, keys = relations.revision(table), [one.name for one in TABLES[table].primary_key]
    revised = revised_columns(snapshot)
    changed = revised.loc[revised["table_name"] == table, "column_name"]
    values = [name for name in shown_columns(table) if name not in keys and name in set(changed)]
    latest = select(old)
    if column:
        latest = latest.where(func.list_contains(old.c.changed_columns, column))
    if key is not None:
        latest = latest.where(func.concat_ws("/", *(old.c[name] for name in keys)) == key)
    before = latest.order_by(desc(old.c.superseded_by_batch_id)).limit(LISTED).subquery()
    versions = [
        select(*(one.c[name] for name in (*keys, "batch_id", "row_number", *values)))
        for one in (relations.record(table), old)
    ]
    after = union_all(*versions).subquery()
    same = and_(
        after.c.batch_id == before.c.superseded_by_batch_id,
        after.c.row_number == before.c.superseded_by_row_number,
        *(after.c[name] == before.c[name] for name in keys),
    )
    visible = [name for name in keys if name in shown_columns(table)]
    query = select(
        before.c.batch_id,
        before.c.row_number,
        before.c.superseded_by_batch_id,
        before.c.changed_columns,
        *(sql_cast(before.c[name], String).label(f"key_{name}") for name in visible),
        *(sql_cast(before.c[name], String).label(f"old_{name}") for name in values),
        *(sql_cast(after.c[name], String).label(f"new_{name}") for name in values),
    ).select_from(before.outerjoin(after, same))
    return read(snapshot, query.order_by(desc(before.c.superseded_by_batch_id)))
