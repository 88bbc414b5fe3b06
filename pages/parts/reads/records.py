"""Reads of the units and of their counts by month, with what the sources cover.

It must not format, colour or decide.
"""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
from sqlalchemy import func, select

from model.warehouse import Snapshot
from pages.parts import relations, visitor
from pages.parts.clocks import SourceClock
from pages.parts.kinds import KINDS, NEEDS, Kind
from pages.parts.monthly import Coverage
from pages.parts.reads.shared import cached, moment, read

_OWN_ROWS = ("primary", "derived", "placeholder")
"""The roles of a batch that brings rows of its own; the others add to rows that another source brought."""

_CODE = re.compile(r"(\D*)(\d*)", re.ASCII)


def units(snapshot: Snapshot) -> pd.DataFrame:
    """The units that the person answers for, in the order of their codes: unit_id, parent_unit_id, name, level."""
    return visitor.reached(every_unit(snapshot))


@cached()
def every_unit(snapshot: Snapshot) -> pd.DataFrame:
    """Every unit, numbers in its code by size. Not for a list that is shown: that is `units`."""
    unit = relations.unit
    found = read(snapshot, select(unit.c.unit_id, unit.c.parent_unit_id, unit.c.name, unit.c.level))
    order = sorted(range(len(found)), key=lambda at: _natural(str(found["unit_id"].iloc[at])))
    return found.iloc[order].reset_index(drop=True)


def unit_name(snapshot: Snapshot, unit_id: str | None) -> str:
    """The name of any unit, its code where the snapshot does not know it; empty for none."""
    return unit_names(snapshot).get(unit_id or "", unit_id or "")


@cached()
def unit_names(snapshot: Snapshot) -> dict[str, str]:
    """What every unit is called."""
    units = every_unit(snapshot)
    return dict(zip(units["unit_id"], units["name"], strict=True))


def _natural(code: str) -> list[tuple[str, int, str]]:
    """A code as its texts and numbers in turn: W2 comes before W10."""
    return [(text, int(digits or 0), digits) for text, digits in _CODE.findall(code)]


@cached()
def volume(snapshot: Snapshot, unit_id: str) -> dict[str, dict[date, int]]:
    """The counts of one unit: measure → month → count."""
    volume = relations.volume
    found = read(
        snapshot, select(volume.c.measure, volume.c.month, volume.c.count).where(volume.c.unit_id == unit_id)
    )
    counts: dict[str, dict[date, int]] = {}
    for measure, month, count in zip(found["measure"], found["month"], found["count"], strict=True):
        counts.setdefault(str(measure), {})[pd.Timestamp(month).date()] = int(count)
    return counts


@cached()
def volume_of_children(snapshot: Snapshot, unit_id: str, measure: str) -> dict[str, dict[date, int]]:
    """One count of every unit directly below: unit_id → month → count."""
    volume, unit = relations.volume, relations.unit
    found = read(
        snapshot,
        select(volume.c.unit_id, volume.c.month, volume.c.count)
        .join(unit, unit.c.unit_id == volume.c.unit_id)
        .where(unit.c.parent_unit_id == unit_id, volume.c.measure == measure),
    )
    counts: dict[str, dict[date, int]] = {}
    for child, month, count in zip(found["unit_id"], found["month"], found["count"], strict=True):
        counts.setdefault(str(child), {})[pd.Timestamp(month).date()] = int(count)
    return counts


@cached()
def coverage(snapshot: Snapshot, unit_id: str) -> dict[str, Coverage]:
    """For each kind of record: which sources speak of it in this unit, since when and until when.

    A source's as-of is that of its newest batch with such records, not of the newest that had one of this unit. The
    stretch begins with the first record of the highest unit above that the very same sources speak of.
    """
    tables = [kind.table for kind in KINDS]
    of, tree, first = relations.unit_source, relations.unit_tree, relations.volume
    spoken = read(
        snapshot,
        select(tree.c.ancestor_id, of.c.table_name, of.c.source)
        .join(of, of.c.unit_id == tree.c.ancestor_id)
        .where(tree.c.unit_id == unit_id, of.c.table_name.in_(tables))
        .order_by(tree.c.distance),
    )
    months = read(
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


@cached()
def _source_clocks(snapshot: Snapshot, table: str) -> dict[str, tuple[SourceClock, set[str]]]:
    """The clock of every source for one kind of record, and the columns that it records; in order of name."""
    batch, source = relations.batch, relations.source
    found = read(
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
            moment(as_of),
            None if pd.isna(days) else int(days),
        )
        clocks[clock.source] = (clock, {str(one) for one in columns})
    return clocks


@cached()
def sources_of_children(snapshot: Snapshot, unit_id: str, table: str) -> dict[str, frozenset[str]]:
    """Which sources speak of one kind of record in every unit directly below: unit_id → sources."""
    of, unit = relations.unit_source, relations.unit
    found = read(
        snapshot,
        select(of.c.unit_id, of.c.source)
        .join(unit, unit.c.unit_id == of.c.unit_id)
        .where(unit.c.parent_unit_id == unit_id, of.c.table_name == table),
    )
    named: dict[str, set[str]] = {}
    for child, source in zip(found["unit_id"], found["source"], strict=True):
        named.setdefault(str(child), set()).add(str(source))
    return {child: frozenset(names) for child, names in named.items()}


def name_of(units: pd.DataFrame, unit_id: str) -> str:
    """The name of one of the units read before."""
    return str(units.loc[units["unit_id"] == unit_id, "name"].iloc[0])
