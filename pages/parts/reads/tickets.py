"""Reads of complaint tickets: how many, by what, when, and how fast they were closed. Counts only.

A ticket's text is no part of what is delivered; who complained and of whom stay out. It must not format or decide.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, Subquery, and_, cast, func, select, text

from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.reads.shared import cached, read

_TRUE = ("substantiated", "partly_substantiated")


@cached()
def split(snapshot: Snapshot, unit_id: str, by: str, first: date, last: date) -> pd.DataFrame:
    """The tickets received between two days by one column, NULL for what is not known, with every count of them.

    Whether one is due or overdue is told by the last whole day that its own source speaks of, as in the marts.
    """
    ticket, batch, clock = relations.record("complaint"), relations.batch, _clocks()
    name = ticket.c[by].label("name")
    columns: list[Any] = [name, *_counts(clock.c.day_after)]
    told = ticket.join(batch, batch.c.batch_id == ticket.c.batch_id).join(
        clock, clock.c.source == batch.c.source
    )
    query = select(*columns).select_from(told).where(*_received(unit_id, first, last)).group_by(name)
    return read(snapshot, query.order_by(func.count().desc(), name))


@cached()
def by_month(snapshot: Snapshot, unit_id: str, by: str, first: date, last: date) -> pd.DataFrame:
    """The tickets received in each month by one column: month, name, tickets."""
    ticket = relations.record("complaint")
    month = cast(func.date_trunc("month", ticket.c.received_at), Date).label("month")
    name = ticket.c[by].label("name")
    query = select(month, name, func.count().label("tickets")).where(*_received(unit_id, first, last))
    return read(snapshot, query.group_by(month, name).order_by(month, name))


@cached()
def by_terms(snapshot: Snapshot, unit_id: str, first: date, last: date) -> pd.DataFrame:
    """The tickets received between two days by what they say in codes: category, channel, conduct_code, tickets."""
    ticket = relations.record("complaint")
    columns = [ticket.c[name] for name in ("category", "channel", "conduct_code")]
    query = select(*columns, func.count().label("tickets")).where(*_received(unit_id, first, last))
    return read(snapshot, query.group_by(*columns).order_by(*columns))


@cached()
def by_hour(snapshot: Snapshot, unit_id: str, first: date, last: date) -> pd.DataFrame:
    """When tickets come: weekday (1 Monday to 7 Sunday), hour, tickets."""
    ticket = relations.record("complaint")
    weekday = func.isodow(ticket.c.received_at).label("weekday")
    hour = func.hour(ticket.c.received_at).label("hour")
    query = select(weekday, hour, func.count().label("tickets")).where(*_received(unit_id, first, last))
    return read(snapshot, query.group_by(weekday, hour))


def _received(unit_id: str, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    ticket, tree = relations.record("complaint"), relations.unit_tree
    below = select(tree.c.unit_id).where(tree.c.ancestor_id == unit_id)
    day = cast(ticket.c.received_at, Date)
    return ticket.c.handling_unit_id.in_(below), day >= first, day <= last


def _clocks() -> Subquery:
    """Every source of tickets with the day after the last whole one that it speaks of."""
    batch = relations.batch
    day_after = cast(func.max(batch.c.as_of) + text("INTERVAL 1 SECOND"), Date).label("day_after")
    query = select(batch.c.source, day_after).where(batch.c.table_name == "complaint")
    return query.group_by(batch.c.source).subquery("clock")


def _counts(day_after: ColumnElement[Any]) -> list[Any]:
    """tickets; of those whose limit came before a day, due and in_time; those overdue and open; closed; found true."""
    ticket = relations.record("complaint")
    due = cast(ticket.c.due_at, Date) < day_after
    conditions = {
        "due": due,
        "in_time": and_(due, ticket.c.closed_at <= ticket.c.due_at),
        "overdue": and_(due, ticket.c.closed_at.is_(None)),
        "closed": ticket.c.closed_at.isnot(None),
        "true": ticket.c.finding.in_(_TRUE),
    }
    days = func.date_diff("day", ticket.c.received_at, ticket.c.closed_at)
    return [
        func.count().label("tickets"),
        *(func.count().filter(condition).label(name) for name, condition in conditions.items()),
        func.median(days).label("median_days"),
    ]
