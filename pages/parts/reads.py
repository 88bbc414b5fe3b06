"""Every read of the pages: one composed query each, cached by the snapshot that it reads.

A snapshot never changes, so a cached read is right for as long as its snapshot is shown. It exists so that no page
holds a query. It must not format, colour or decide; values of personal columns never leave it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import partial
from typing import Any, cast

import pandas as pd
import streamlit as st
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    desc,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast

from model import warehouse
from model.contract import TABLES
from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.clocks import SourceClock
from pages.parts.kinds import KINDS, NEEDS, Kind
from pages.parts.monthly import Coverage

LISTED = 500
"""How many rows a list shows at most; the pages say so where there are more."""

_OWN_ROWS = ("primary", "derived")
"""The roles of a batch that brings rows of its own; the others add to rows that another source brought."""

_CODE = re.compile(r"(\D*)(\d*)", re.ASCII)

_cached = partial(
    st.cache_data,
    max_entries=400,
    show_spinner=False,
    hash_funcs={Snapshot: lambda snapshot: str(snapshot.directory)},
)


def _read(snapshot: Snapshot, query: Select[Any]) -> pd.DataFrame:
    return warehouse.read(snapshot.engine("full"), query)


def _moment(value: object) -> datetime | None:
    """A timestamp of a DataFrame as Python's own, None where it is missing."""
    return None if pd.isna(cast(Any, value)) else pd.Timestamp(cast(Any, value)).to_pydatetime()


@_cached()
def units(snapshot: Snapshot) -> pd.DataFrame:
    """Every unit in the order of its code, numbers in it by size: unit_id, parent_unit_id, name, level."""
    unit = relations.unit
    found = _read(snapshot, select(unit.c.unit_id, unit.c.parent_unit_id, unit.c.name, unit.c.level))
    order = sorted(range(len(found)), key=lambda at: _natural(str(found["unit_id"].iloc[at])))
    return found.iloc[order].reset_index(drop=True)


def _natural(code: str) -> list[tuple[str, int, str]]:
    """A code as its texts and numbers in turn: W2 comes before W10."""
    return [(text, int(digits or 0), digits) for text, digits in _CODE.findall(code)]


@_cached()
def volume(snapshot: Snapshot, unit_id: str) -> dict[str, dict[date, int]]:
    """The counts of one unit: measure → month → count."""
    volume = relations.volume
    found = _read(
        snapshot, select(volume.c.measure, volume.c.month, volume.c.count).where(volume.c.unit_id == unit_id)
    )
    counts: dict[str, dict[date, int]] = {}
    for measure, month, count in zip(found["measure"], found["month"], found["count"], strict=True):
        counts.setdefault(str(measure), {})[pd.Timestamp(month).date()] = int(count)
    return counts


@_cached()
def volume_of_children(snapshot: Snapshot, unit_id: str, measure: str) -> dict[str, dict[date, int]]:
    """One count of every unit directly below: unit_id → month → count."""
    volume, unit = relations.volume, relations.unit
    found = _read(
        snapshot,
        select(volume.c.unit_id, volume.c.month, volume.c.count)
        .join(unit, unit.c.unit_id == volume.c.unit_id)
        .where(unit.c.parent_unit_id == unit_id, volume.c.measure == measure),
    )
    counts: dict[str, dict[date, int]] = {}
    for child, month, count in zip(found["unit_id"], found["month"], found["count"], strict=True):
        counts.setdefault(str(child), {})[pd.Timestamp(month).date()] = int(count)
    return counts


@_cached()
def coverage(snapshot: Snapshot, unit_id: str) -> dict[str, Coverage]:
    """For each kind of record: which sources speak of it in this unit, since when and until when.

    A source's as-of is that of its newest batch with such records, not of the newest that had one of this unit. The
    stretch begins with the first record of the highest unit above that the very same sources speak of.
    """
    tables = [kind.table for kind in KINDS]
    of, tree, first = relations.unit_source, relations.unit_tree, relations.volume
    spoken = _read(
        snapshot,
        select(tree.c.ancestor_id, of.c.table_name, of.c.source)
        .join(of, of.c.unit_id == tree.c.ancestor_id)
        .where(tree.c.unit_id == unit_id, of.c.table_name.in_(tables))
        .order_by(tree.c.distance),
    )
    months = _read(
        snapshot,
        select(first.c.unit_id, first.c.measure, func.min(first.c.month).label("month"))
        .join(tree, tree.c.ancestor_id == first.c.unit_id)
        .where(tree.c.unit_id == unit_id)
        .group_by(first.c.unit_id, first.c.measure),
    )
    return {kind.id: _covered(snapshot, kind, unit_id, spoken, months) for kind in KINDS}


def _covered(
    snapshot: Snapshot, kind: Kind, unit_id: str, spoken: pd.DataFrame, months: pd.DataFrame
) -> Coverage:
    """The coverage of one kind, from the sources of the unit and of those above, nearest first."""
    named: dict[str, set[str]] = {}
    own = spoken[spoken["table_name"] == kind.table]
    for ancestor, source in zip(own["ancestor_id"], own["source"], strict=True):
        named.setdefault(str(ancestor), set()).add(str(source))
    if unit_id not in named:
        return Coverage()
    highest = [ancestor for ancestor, names in named.items() if names == named[unit_id]][-1]
    begun = months[(months["unit_id"] == highest) & months["measure"].isin(kind.flows)]["month"]
    clocks = _source_clocks(snapshot, kind.table)
    columns = [clocks[name][1] for name in named[unit_id] if name in clocks]
    return Coverage(
        sources=tuple(clock for name, (clock, _) in clocks.items() if name in named[unit_id]),
        since=None if begun.empty else pd.Timestamp(begun.min()).date(),
        unrecorded=frozenset(
            measure
            for measure in kind.flows
            if all(held and not NEEDS.get(measure, set()) <= held for held in columns)
        ),
    )


@_cached()
def _source_clocks(snapshot: Snapshot, table: str) -> dict[str, tuple[SourceClock, set[str]]]:
    """The clock of every source for one kind of record, and the columns that it records; in order of name."""
    batch, source = relations.batch, relations.source
    found = _read(
        snapshot,
        select(
            batch.c.source,
            func.any_value(source.c.name_zh).label("name_zh"),
            func.any_value(source.c.name_en).label("name_en"),
            func.any_value(source.c.cadence_days).label("cadence_days"),
            func.max(batch.c.as_of).filter(batch.c.role.in_(_OWN_ROWS)).label("as_of"),
            func.flatten(func.list(batch.c.recorded_columns)).label("columns"),
        )
        .outerjoin(source, source.c.source == batch.c.source)
        .where(batch.c.table_name == table)
        .group_by(batch.c.source)
        .order_by(batch.c.source),
    )
    clocks = {}
    for name, zh, en, days, as_of, columns in found.itertuples(index=False):
        clock = SourceClock(
            str(name),
            str(name if pd.isna(zh) else zh),
            str(name if pd.isna(en) else en),
            _moment(as_of),
            None if pd.isna(days) else int(days),
        )
        clocks[clock.source] = (clock, {str(one) for one in columns})
    return clocks


@_cached()
def sources_of_children(snapshot: Snapshot, unit_id: str, table: str) -> dict[str, frozenset[str]]:
    """Which sources speak of one kind of record in every unit directly below: unit_id → sources."""
    of, unit = relations.unit_source, relations.unit
    found = _read(
        snapshot,
        select(of.c.unit_id, of.c.source)
        .join(unit, unit.c.unit_id == of.c.unit_id)
        .where(unit.c.parent_unit_id == unit_id, of.c.table_name == table),
    )
    named: dict[str, set[str]] = {}
    for child, source in zip(found["unit_id"], found["source"], strict=True):
        named.setdefault(str(child), set()).add(str(source))
    return {child: frozenset(names) for child, names in named.items()}


@_cached()
def edition(snapshot: Snapshot) -> dict[str, int]:
    """What this snapshot's own batches brought: batches, loaded, superseding; and all rows in quarantine."""
    batch = relations.batch
    waiting = select(func.count()).select_from(relations.quarantine).scalar_subquery()
    found = _read(
        snapshot,
        select(
            func.count().label("batches"),
            func.coalesce(func.sum(batch.c.loaded_count), 0).label("loaded"),
            func.coalesce(func.sum(batch.c.superseding_count), 0).label("superseding"),
            waiting.label("quarantined"),
        ).where(batch.c.snapshot_id == snapshot.id),
    )
    return {str(name): int(found[name].iloc[0]) for name in found.columns}


@_cached()
def totals(snapshot: Snapshot) -> dict[str, int]:
    """How many entries each list of the data-quality page has."""

    def count(table: Any, *conditions: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(table).where(*conditions).scalar_subquery()

    found = _read(
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


@_cached()
def sources(snapshot: Snapshot) -> pd.DataFrame:
    """Every source with its clocks."""
    return _read(snapshot, select(relations.source).order_by(relations.source.c.source))


@_cached()
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
    return _read(snapshot, query.order_by(desc(batch.c.batch_id)).limit(LISTED))


@_cached()
def refused(snapshot: Snapshot) -> pd.DataFrame:
    """Files that were not loaded at all, with their error."""
    file = relations.file
    return _read(
        snapshot,
        select(file).where(file.c.status == "refused").order_by(desc(file.c.arrived_at)).limit(LISTED),
    )


@_cached()
def quarantine_reasons(snapshot: Snapshot) -> pd.DataFrame:
    """How many rows each rule keeps out: table_name, reason, rows, waiting."""
    quarantine = relations.quarantine
    each = select(
        quarantine.c.table_name,
        func.unnest(quarantine.c.reasons).label("reason"),
        case((quarantine.c.is_waiting, 1), else_=0).label("waits"),
    ).subquery()
    return _read(
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


@_cached()
def quarantine_rows(snapshot: Snapshot, table: str | None, reason: str | None) -> pd.DataFrame:
    """Rows in quarantine, of one table and rule or of all."""
    quarantine = relations.quarantine
    query = select(quarantine)
    if table and reason:
        query = query.where(
            quarantine.c.table_name == table, func.list_contains(quarantine.c.reasons, reason)
        )
    order = (quarantine.c.table_name, quarantine.c.file, quarantine.c.row_number)
    return _read(snapshot, query.order_by(*order).limit(LISTED))


@_cached()
def cell_rules(snapshot: Snapshot) -> pd.DataFrame:
    """How many values each rule emptied: table_name, column_name, rule, cells."""
    cell = relations.cell
    by = (cell.c.table_name, cell.c.column_name, cell.c.rule)
    query = select(*by, func.count().label("cells")).group_by(*by)
    return _read(snapshot, query.order_by(desc("cells"), *by))


@_cached()
def cells(snapshot: Snapshot, table: str | None, column: str | None, rule: str | None) -> pd.DataFrame:
    """Emptied values, of one column and rule or of all."""
    cell = relations.cell
    query = select(cell)
    if table and column:
        query = query.where(cell.c.table_name == table, cell.c.column_name == column, cell.c.rule == rule)
    order = (cell.c.table_name, cell.c.file, cell.c.row_number)
    return _read(snapshot, query.order_by(*order).limit(LISTED))


@_cached()
def disappeared(snapshot: Snapshot) -> pd.DataFrame:
    """Records that a later full extract no longer holds, those still missing first."""
    gone = relations.disappeared
    order = (gone.c.returned_batch_id.isnot(None), desc(gone.c.missing_batch_id), gone.c.record_key)
    return _read(snapshot, select(gone).order_by(*order).limit(LISTED))


@_cached()
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
    return _read(snapshot, query.order_by(desc("revisions"), *by))


def _changes_of(table: str) -> Select[Any]:
    changed = relations.revision(table).c.changed_columns
    return select(literal(table).label("table_name"), func.unnest(changed).label("column_name"))


def shown_columns(table: str) -> list[str]:
    """The columns of a table whose values may be shown: none that identifies a person."""
    return [one.name for one in TABLES[table].columns if one.info["pii"] == "none"]


@_cached()
def revisions(snapshot: Snapshot, table: str, column: str | None) -> pd.DataFrame:
    """The latest revisions of a table: key, batches, changed columns, and old_ and new_ of what may be shown.

    The newer version of a revision is the row of the same key that its superseding batch and row name: the current
    row, or a revision of its own.
    """
    old, keys = relations.revision(table), [one.name for one in TABLES[table].primary_key]
    changed = revised_columns(snapshot)
    changed = changed.loc[changed["table_name"] == table, "column_name"]
    values = [name for name in shown_columns(table) if name not in keys and name in set(changed)]
    latest = select(old)
    if column:
        latest = latest.where(func.list_contains(old.c.changed_columns, column))
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
    return _read(snapshot, query.order_by(desc(before.c.superseded_by_batch_id)))


def name_of(units: pd.DataFrame, unit_id: str) -> str:
    """The name of one of the units read before."""
    return str(units.loc[units["unit_id"] == unit_id, "name"].iloc[0])
