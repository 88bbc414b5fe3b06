"""Reads of the market cells: capacity and who fills it, the queue, the licences that run out, and how it came to be.

Retailers are counted, never listed; of the queue the application's number is shown, which names nobody. It must not
format, colour or decide.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, and_, cast, func, literal, or_, select, text
from sqlalchemy.sql.selectable import Subquery

from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.reads.shared import cached, moment, read

_OVER = ("cancelled", "closed", "reclaimed", "revoked", "withdrawn", "disqualified")
"""The states of a licence from which nobody sells any more."""


@cached()
def of_unit(snapshot: Snapshot, unit_id: str) -> pd.DataFrame:
    """The cells in force of a unit and of those below, in the order of their codes, with their boundary."""
    cell, version = relations.cell_now, relations.record("market_cell")
    shape = (
        select(version.c.cell_id, func.max_by(version.c.boundary, version.c.valid_from).label("boundary"))
        .group_by(version.c.cell_id)
        .subquery()
    )
    query = select(cell, shape.c.boundary).outerjoin(shape, shape.c.cell_id == cell.c.cell_id)
    return read(snapshot, query.where(_of_unit(cell.c.unit_id, unit_id)).order_by(cell.c.cell_id))


@cached()
def as_of(snapshot: Snapshot) -> date | None:
    """The last day that the sources of licences speak of."""
    batch = relations.batch
    found = read(
        snapshot, select(func.max(batch.c.as_of).label("as_of")).where(batch.c.table_name == "licence")
    )
    known = moment(found["as_of"].iloc[0])
    return known.date() if known else None


@cached()
def expiring(snapshot: Snapshot, unit_id: str, first: date, last: date) -> dict[str, dict[date, int]]:
    """How many licences in force run out: cell → month → licences."""
    held = _held(unit_id)
    month = cast(func.date_trunc("month", held.c.expires_on), Date).label("month")
    query = select(held.c.cell_id, month, func.count().label("licences")).where(
        held.c.state == "valid", held.c.expires_on.between(first, last)
    )
    found = read(snapshot, query.group_by(held.c.cell_id, month).order_by(held.c.cell_id, month))
    counts: dict[str, dict[date, int]] = {}
    for cell, day, licences in zip(found["cell_id"], found["month"], found["licences"], strict=True):
        counts.setdefault(str(cell), {})[pd.Timestamp(day).date()] = int(licences)
    return counts


@cached()
def kept_on(snapshot: Snapshot, unit_id: str, first: date, last: date) -> dict[str, int]:
    """Of the retailers whose licence ran out between two days and state known: how many there were, and still sell."""
    held, retailer = _held(unit_id), relations.record("retailer")
    ran_out = (
        select(held.c.retailer_id)
        .where(held.c.expires_on.between(first, last))
        .group_by(held.c.retailer_id)
        .subquery()
    )
    counts: list[Any] = [
        func.count(retailer.c.state).label("ran_out"),
        func.count().filter(retailer.c.state == "active").label("kept_on"),
    ]
    query = select(*counts).join(ran_out, ran_out.c.retailer_id == retailer.c.retailer_id)
    found = read(snapshot, query)
    return {str(name): int(found[name].iloc[0]) for name in found.columns}


@cached()
def history(snapshot: Snapshot, unit_id: str, cell_id: str | None, first: date, last: date) -> pd.DataFrame:
    """How many retailers held a licence at each month's end, by the cell that they are in now: month, retailers."""
    held = _held(unit_id)
    steps = func.generate_series(literal(first), literal(last), text("INTERVAL 1 MONTH"))
    months = select(cast(func.unnest(steps), Date).label("month")).subquery()
    end = func.last_day(months.c.month)
    over = and_(held.c.state.in_(_OVER), held.c.state_changed_on <= end)
    in_force = and_(held.c.issued_on <= end, or_(held.c.state.is_(None), ~func.coalesce(over, False)))
    if cell_id:
        in_force = and_(in_force, held.c.cell_id == cell_id)
    query = (
        select(months.c.month, func.count(held.c.retailer_id.distinct()).label("retailers"))
        .outerjoin(held, in_force)
        .group_by(months.c.month)
        .order_by(months.c.month)
    )
    return read(snapshot, query)


@cached()
def queue(snapshot: Snapshot, unit_id: str, cell_id: str | None) -> pd.DataFrame:
    """Who waits for a place, in the order of the queue: cell_id, queue_no, record, joined_at."""
    application = relations.record("licence_application")
    query = select(
        application.c.cell_id,
        application.c.queue_no,
        application.c.application_no.label("record"),
        application.c.queue_joined_at.label("joined_at"),
    ).where(
        application.c.queue_no.isnot(None),
        application.c.decided_at.is_(None),
        _of_unit(application.c.unit_id, unit_id),
    )
    if cell_id:
        query = query.where(application.c.cell_id == cell_id)
    return read(snapshot, query.order_by(application.c.cell_id, application.c.queue_no))


@cached()
def capacities(snapshot: Snapshot, cell_id: str) -> pd.DataFrame:
    """Every version of a cell: valid_from, valid_to, capacity, state."""
    version = relations.record("market_cell")
    columns = [version.c[name] for name in ("valid_from", "valid_to", "capacity", "state")]
    return read(snapshot, select(*columns).where(version.c.cell_id == cell_id).order_by(version.c.valid_from))


def _of_unit(column: ColumnElement[Any], unit_id: str) -> ColumnElement[bool]:
    tree = relations.unit_tree
    return column.in_(select(tree.c.unit_id).where(tree.c.ancestor_id == unit_id))


def _held(unit_id: str) -> Subquery:
    """The licences of the retailers that are in the unit's cells now."""
    licence, retailer, cell = relations.record("licence"), relations.record("retailer"), relations.cell_now
    columns = [
        licence.c[name] for name in ("retailer_id", "issued_on", "expires_on", "state", "state_changed_on")
    ]
    return (
        select(*columns, retailer.c.cell_id)
        .join(retailer, retailer.c.retailer_id == licence.c.retailer_id)
        .join(cell, cell.c.cell_id == retailer.c.cell_id)
        .where(_of_unit(cell.c.unit_id, unit_id))
        .subquery("held")
    )
