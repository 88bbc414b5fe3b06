"""Reads of warnings: those that stand and those withdrawn, what is behind one, its like, and what became of it.

A warning of a record names the record, never a person: a record whose key identifies one is not named. It must not
format, colour or decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Column, String, func, literal, select
from sqlalchemy import cast as sql_cast

from model import policy
from model.contract import TABLES
from model.indicators import catalogue
from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.clocks import moment_of
from pages.parts.reads import edition
from pages.parts.reads.shared import NOBODY, cached, moment, read

_SEPARATOR = "/"


@dataclass(frozen=True)
class Seen:
    """One edition that was kept, and what it told of a warning; `level` is None where it told nothing."""

    sequence: int
    published_at: datetime | None
    level: str | None
    value: float | None
    evidence_count: int | None


@cached()
def standing(snapshot: Snapshot, unit_id: str) -> pd.DataFrame:
    """The warnings of a unit and all below it, with the name of their unit; `reason` and `withdrawn_on` are empty."""
    nothing = {"reason": literal(None, String), "withdrawn_on": literal(None, String)}
    return _of(snapshot, relations.warning, unit_id, nothing)


@cached()
def withdrawn(snapshot: Snapshot, unit_id: str) -> pd.DataFrame:
    """The warnings that are no longer shown, with the reason."""
    gone = relations.warning_withdrawn
    return _of(snapshot, gone, unit_id, {name: gone.c[name] for name in ("reason", "withdrawn_on")})


def _of(snapshot: Snapshot, table: Any, unit_id: str, more: Mapping[str, Any]) -> pd.DataFrame:
    tree, unit = relations.unit_tree, relations.unit
    below = table.join(tree, tree.c.unit_id == table.c.unit_id)
    told = [column for column in table.c if column.name not in more]
    return read(
        snapshot,
        select(*told, *(column.label(name) for name, column in more.items()), unit.c.name.label("unit_name"))
        .select_from(below.outerjoin(unit, unit.c.unit_id == tree.c.unit_id))
        .where(tree.c.ancestor_id == unit_id)
        .order_by(table.c.period_end.desc(), table.c.warning_id),
    )  # fmt: skip


@cached()
def one(snapshot: Snapshot, warning_id: str) -> dict[str, Any] | None:
    """One warning by its id, standing or withdrawn."""
    roots = relations.unit
    top = read(snapshot, select(roots.c.unit_id).where(roots.c.parent_unit_id.is_(None)))["unit_id"]
    for root in top:
        for found in (standing(snapshot, str(root)), withdrawn(snapshot, str(root))):
            mine = found[found["warning_id"] == warning_id]
            if len(mine):
                return {str(name): value for name, value in mine.iloc[0].to_dict().items()}
    return None


@cached()
def like(snapshot: Snapshot, indicator_id: str, kind: str) -> pd.DataFrame:
    """How many standing warnings of the same kind each unit has for the same indicator: unit_id, name, count."""
    warning, unit = relations.warning, relations.unit
    return read(
        snapshot,
        select(warning.c.unit_id, func.any_value(unit.c.name).label("name"), func.count().label("count"))
        .select_from(warning.outerjoin(unit, unit.c.unit_id == warning.c.unit_id))
        .where(warning.c.indicator_id == indicator_id, warning.c.kind == kind)
        .group_by(warning.c.unit_id)
        .order_by(func.count().desc(), warning.c.unit_id),
    )


def history(snapshot: Snapshot, warning_id: str) -> list[Seen]:
    """What each kept edition told of a warning, the oldest first."""
    seen, here = [], snapshot
    while True:
        seen.append(_seen(here, warning_id))
        earlier = edition.before(here)
        if earlier is None:
            return seen[::-1]
        here = earlier


@cached()
def _seen(snapshot: Snapshot, warning_id: str) -> Seen:
    warning, manifest = relations.warning, snapshot.manifest
    columns = (warning.c.level, warning.c.value, warning.c.evidence_count)
    found = read(snapshot, select(*columns).where(warning.c.warning_id == warning_id))
    told: tuple[Any, ...] = (None, None, None)
    if len(found):
        level, value, count = found.iloc[0]
        told = (str(level), None if pd.isna(value) else float(value), None if pd.isna(count) else int(count))
    return Seen(int(manifest.get("sequence", 0)), moment_of(manifest.get("published_at")), *told)


def table_of(kind: str) -> str | None:
    """The table whose record a warning is about; None for one of a unit or a cell."""
    views = catalogue().views
    return views[kind].table if kind in views else kind if kind in TABLES else None


def key_of(kind: str, subject_id: str) -> dict[str, str]:
    """The key of the record that a warning is about, by column."""
    views, name = catalogue().views, table_of(kind)
    if name is None:
        return {}
    columns = views[kind].key if kind in views else [one.name for one in TABLES[name].primary_key]
    return dict(zip(columns, subject_id.split(_SEPARATOR), strict=False))


def is_named(kind: str, subject_id: str) -> bool:
    """Whether the record may be named: none of its key identifies a person."""
    name = table_of(kind)
    if name is None:
        return True
    columns = TABLES[name].columns
    return all(key in columns and columns[key].info["pii"] in NOBODY for key in key_of(kind, subject_id))


@cached()
def record(snapshot: Snapshot, kind: str, subject_id: str) -> dict[str, Any] | None:
    """The current version of a warning's record, what may be shown of it, with the file and row that it came in.

    None where its key names no single record, or identifies a person.
    """
    name, key = table_of(kind), key_of(kind, subject_id)
    if (
        name is None
        or not is_named(kind, subject_id)
        or set(key) != {one.name for one in TABLES[name].primary_key}
    ):
        return None
    held, batch = relations.record(name), relations.batch
    shown = [held.c[one.name] for one in TABLES[name].columns if one.name in key or _is_shown(one)]
    found = read(
        snapshot,
        select(*shown, held.c.row_number, batch.c.file, batch.c.source, batch.c.as_of.label("batch_as_of"))
        .select_from(held.outerjoin(batch, batch.c.batch_id == held.c.batch_id))
        .where(*(sql_cast(held.c[column], String) == value for column, value in key.items())),
    )  # fmt: skip
    return {str(one): value for one, value in found.iloc[0].to_dict().items()} if len(found) else None


def _is_shown(column: Column[Any]) -> bool:
    """Whether a column neither tells of a person nor holds anybody's or a shop's identity."""
    return column.info["pii"] in NOBODY and policy.exposure(column) == "keep"


@cached()
def pairs(
    snapshot: Snapshot, indicator_id: str, kind: str, subject_id: str, period_end: date
) -> pd.DataFrame:
    """The pairs behind a pattern by their place, the most unlikely first; who they are stays where it is."""
    pair = relations.pattern_evidence
    return read(
        snapshot,
        select(pair.c.place, pair.c.counted, pair.c.expected, pair.c.p)
        .where(
            pair.c.indicator_id == indicator_id, pair.c.subject_kind == kind, pair.c.subject_id == subject_id,
            pair.c.period_end == period_end,
        )
        .order_by(pair.c.place),
    )  # fmt: skip


def is_moment(value: Any) -> datetime | None:
    """A date or a moment of a record as a moment; None for what is neither."""
    if isinstance(value, date | datetime | pd.Timestamp):
        return moment(value)
    return None
