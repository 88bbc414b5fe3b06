"""Reads of complaint tickets: how many, by what, when, and how fast they were closed. Counts only.

A ticket's text is no part of what is delivered; who complained and of whom stay out. It must not format or decide.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, and_, cast, func, select

from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.reads.shared import cached, moment, read

_TRUE = ("substantiated", "partly_substantiated")


@cached()
def as_of(snapshot: Snapshot) -> date | None:
    """The last day that the sources of tickets speak of."""
    batch = relations.batch
    found = read(
        snapshot, select(func.max(batch.c.as_of).label("as_of")).where(batch.c.table_name == "complaint")
    )
    known = moment(found["as_of"].iloc[0])
    return known.date() if known else None


@cached()
def split(snapshot: Snapshot, unit_id: str, by: str, first: date, last: date, until: date) -> pd.DataFrame:
    """The tickets received between two days by one column, NULL for what is not known, with every count of them."""
    ticket = relations.record("complaint")
    name = ticket.c[by].label("name")
    columns: list[Any] = [name, *_counts(until)]
    query = select(*columns).where(*_received(unit_id, first, last)).group_by(name)
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


def _counts(until: date) -> list[Any]:
    """tickets; of those whose limit had come by a day, due and in_time; those overdue and open; closed; found true."""
    ticket = relations.record("complaint")
    due = cast(ticket.c.due_at, Date) <= until
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
