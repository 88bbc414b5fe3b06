"""Reads of the processes: how long steps took against their limits, what waits in them, in which order they were done.

Windows come from the mart. What waits, and the order of steps, come from the records by the very expressions by which
the processes are declared. No column that identifies a person leaves here. It must not format, colour or decide.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    case,
    desc,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from model.contract import TABLES
from model.indicators.sources import computed_columns
from model.process import Process, Step, processes
from model.process.declaration import WHOLE
from model.warehouse import Snapshot
from model.working_days import numbered
from pages.parts import relations
from pages.parts.reads.shared import LISTED, NOBODY, cached, last_whole_day, read

WAITING_AT_MOST = 5000
VARIANTS = 25
THEN = ">"
"""Between the steps of an order."""
HANDS_ON = {("licence", "verification"): ("verification_started_at", "verification_ended_at")}
"""Steps of which the record says when somebody was at work, beside when the step was over."""


@cached()
def of_unit(snapshot: Snapshot, unit_id: str, process_id: str) -> pd.DataFrame:
    """Every step and window of one process in one unit."""
    step = relations.process_step
    query = select(step).where(step.c.unit_id == unit_id, step.c.process == process_id)
    return read(snapshot, query.order_by(step.c.month, step.c.window_months, step.c.place))


@cached()
def of_children(snapshot: Snapshot, unit_id: str, process_id: str, step_id: str) -> pd.DataFrame:
    """Every window of one step in each unit directly below."""
    step, unit = relations.process_step, relations.unit
    query = (
        select(step)
        .join(unit, unit.c.unit_id == step.c.unit_id)
        .where(unit.c.parent_unit_id == unit_id, step.c.process == process_id, step.c.step == step_id)
    )
    return read(snapshot, query.order_by(step.c.unit_id, step.c.month))


@cached()
def waiting(snapshot: Snapshot, unit_id: str, process_id: str) -> pd.DataFrame:
    """What waits in each step: record, unit_id, step, as_of, started_on, age, allowed, due_on, days_left, is_overdue.

    As the mart counts it: at the end of the last whole day of each source, of those that record what the step needs. An
    age is in working days where the step's limit is, days_left always; soonest due first, WAITING_AT_MOST at most.
    What lies beyond the working calendar is null: a due day, an age, the days left.
    """
    process = _declared(process_id)
    each = [
        _open(process, step, unit_id, str(one["source"]), last_whole_day(one["as_of"]))
        for one in _delivering(snapshot, process.table).to_dict("records")
        for step in process.steps
        if step.id != WHOLE and computed_columns(process.table).union(one["columns"]).issuperset(step.needs)
    ]
    if not each:
        return pd.DataFrame()
    return read(snapshot, _aged(union_all(*each).subquery("waits")).limit(WAITING_AT_MOST))


@cached()
def orders(snapshot: Snapshot, unit_id: str, process_id: str, first: date, last: date) -> pd.DataFrame:
    """In which orders the steps of what ended between two days were done: steps, records, median_days."""
    one = _in_order(_declared(process_id), unit_id, first, last)
    count = func.count().label("records")
    query = select(one.c.steps, count, func.median(one.c.days).label("median_days")).group_by(one.c.steps)
    return read(snapshot, query.order_by(desc(count), one.c.steps).limit(VARIANTS))


@cached()
def of_order(
    snapshot: Snapshot, unit_id: str, process_id: str, first: date, last: date, steps: str
) -> pd.DataFrame:
    """The records whose steps were done in one order: record, unit_id, ended_at, days; LISTED at most."""
    process = _declared(process_id)
    one = _in_order(process, unit_id, first, last)
    key = one.c.record if key_of(process) else literal(None)
    query = select(key.label("record"), one.c.unit_id, one.c.ended_at, one.c.days).where(one.c.steps == steps)
    return read(snapshot, query.order_by(one.c.ended_at.desc(), one.c.record).limit(LISTED))


def _in_order(process: Process, unit_id: str, first: date, last: date) -> Subquery:
    """Each record that ended between two days, with its steps in the order in which they were done."""
    each = [_ended(process, step, unit_id, first, last) for step in process.steps[:-1]]
    ended = union_all(*each).subquery()
    order: ColumnElement[Any] = literal_column(f"string_agg(step, '{THEN}' ORDER BY ended_at, place)").label(
        "steps"
    )
    facts = [func.any_value(ended.c[name]).label(name) for name in ("unit_id", "days")]
    query = select(ended.c.record, order, func.max(ended.c.ended_at).label("ended_at"), *facts)
    return query.group_by(ended.c.record).subquery()


@cached()
def times(snapshot: Snapshot, unit_id: str, process_id: str, first: date, last: date) -> pd.DataFrame:
    """Where the time of what ended between two days went: step, place, records, mean_hours, hands_on_hours, idle_hours.

    The last two are of the records that tell when somebody was at work.
    """
    process = _declared(process_id)
    each = union_all(*(_spent(process, step, unit_id, first, last) for step in process.steps[:-1])).subquery()
    query = select(
        each.c.step,
        each.c.place,
        func.count().label("records"),
        func.avg(each.c.hours).label("mean_hours"),
        func.avg(each.c.hands_on).label("hands_on_hours"),
        func.avg(each.c.hours - each.c.hands_on).label("idle_hours"),
    ).where(each.c.hours >= 0)
    return read(snapshot, query.group_by(each.c.step, each.c.place).order_by(each.c.place))


@cached()
def _delivering(snapshot: Snapshot, table: str) -> pd.DataFrame:
    """Every source of a table, until when it has delivered, and the columns that its batches record."""
    batch = relations.batch
    columns = func.flatten(func.list(batch.c.recorded_columns)).label("columns")
    query = select(batch.c.source, func.max(batch.c.as_of).label("as_of"), columns)
    return read(
        snapshot, query.where(batch.c.table_name == table).group_by(batch.c.source).order_by(batch.c.source)
    )


def _declared(process_id: str) -> Process:
    return next(one for one in processes().items if one.id == process_id)


def key_of(process: Process) -> str | None:
    """The column that names a record of a process, where it names nobody."""
    (key,) = TABLES[process.table].primary_key
    return str(key.name) if key.info["pii"] in NOBODY else None


def _as(kind: str, text: str | None) -> ColumnElement[Any]:
    """A declared expression over the columns of its table."""
    return literal_column(f"CAST(({text or 'NULL'}) AS {kind})")


def _has(step: Step) -> ColumnElement[bool]:
    """Whether a record has the step."""
    return literal_column(f"coalesce(({step.where or 'true'}), false)")


def _known(process: Process, step: Step) -> ColumnElement[bool]:
    """Whether nothing that the step needs was delivered unreadable: else it is not known, not open."""
    table, cell = relations.record(process.table), relations.cell
    unread = select(cell.c.row_number).where(
        cell.c.table_name == process.table,
        cell.c.column_name.in_(step.needs),
        cell.c.batch_id == table.c.batch_id,
        cell.c.row_number == table.c.row_number,
    )
    return ~unread.exists()


def _of_unit(process: Process, unit_id: str) -> ColumnElement[bool]:
    tree = relations.unit_tree
    below_it = select(tree.c.unit_id).where(tree.c.ancestor_id == unit_id)
    return relations.record(process.table).c[process.unit].in_(below_it)


def _open(process: Process, step: Step, unit_id: str, source: str, as_of: date) -> Select[Any]:
    """The records of a source that wait in one step: begun by the end of the day, not ended, not left in another way.

    A limit that was put off with approval is none.
    """
    table, batch, key = relations.record(process.table), relations.batch, key_of(process)
    is_excused = func.coalesce(_as("BOOLEAN", step.excused), False)
    return select(
        (table.c[key] if key else literal(None)).label("record"),
        table.c[process.unit].label("unit_id"),
        literal(step.id).label("step"),
        literal(step.place).label("place"),
        literal(step.day_kind == "working").label("is_working"),
        literal(as_of, Date).label("as_of"),
        _as("DATE", step.start).label("started_on"),
        case((is_excused, None), else_=_as("DATE", step.due)).label("due_at"),
        case((is_excused, None), else_=_as("INTEGER", step.limit)).label("allowed"),
        func.coalesce(_as("INTEGER", step.excluded), 0).label("excluded"),
    ).where(
        table.c.batch_id.in_(select(batch.c.batch_id).where(batch.c.source == source)),
        _of_unit(process, unit_id),
        _has(step),
        _known(process, step),
        _as("DATE", step.start) <= as_of,
        _as("TIMESTAMP", step.end).is_(None),
        _as("TIMESTAMP", step.left).is_(None),
    )


def _aged(rows: Subquery) -> Select[Any]:
    """Each waiting record with its age, its due day, and the working days that are left."""
    started, now, after, due = (numbered().subquery(name) for name in ("started", "now", "after", "due"))
    budget = started.c.number + 1 + rows.c.allowed + rows.c.excluded
    due_on = case(
        (rows.c.due_at.isnot(None), rows.c.due_at),
        (rows.c.is_working, after.c.date - 1),
        else_=rows.c.started_on + rows.c.allowed + rows.c.excluded,
    )
    found = (
        select(
            rows,
            due_on.label("due_on"),
            now.c.number.label("number"),
            case(
                (rows.c.is_working, now.c.number - started.c.number),
                else_=func.date_diff("day", rows.c.started_on, rows.c.as_of),
            ).label("age"),
        )
        .select_from(rows)
        .outerjoin(now, now.c.date == rows.c.as_of)
        .outerjoin(started, started.c.date == rows.c.started_on)
        .outerjoin(after, and_(after.c.is_working_day, after.c.number == budget, rows.c.is_working))
        .subquery("aged")
    )
    is_overdue = found.c.due_on <= found.c.as_of
    left = case((is_overdue, 0), else_=due.c.number - found.c.number)
    columns: list[Any] = [found, left.label("days_left"), is_overdue.label("is_overdue")]
    return (
        select(*columns)
        .outerjoin(due, due.c.date == found.c.due_on)
        .order_by(found.c.due_on.nulls_last(), found.c.started_on, found.c.record)
    )


def _whole(process: Process, unit_id: str, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """What ended as a whole between two days, in a unit and below."""
    ended = _as("DATE", process.steps[-1].end)
    return _of_unit(process, unit_id), _has(process.steps[-1]), ended >= first, ended <= last


def _ended(process: Process, step: Step, unit_id: str, first: date, last: date) -> Select[Any]:
    """The ends of one step, of what ended as a whole."""
    (key,) = TABLES[process.table].primary_key
    whole = process.steps[-1]
    return select(
        relations.record(process.table).c[key.name].label("record"),
        relations.record(process.table).c[process.unit].label("unit_id"),
        literal(step.id).label("step"),
        literal(step.place).label("place"),
        _as("TIMESTAMP", step.end).label("ended_at"),
        func.date_diff("day", _as("DATE", whole.start), _as("DATE", whole.end)).label("days"),
    ).where(*_whole(process, unit_id, first, last), _has(step), _as("TIMESTAMP", step.end).isnot(None))


def _spent(process: Process, step: Step, unit_id: str, first: date, last: date) -> Select[Any]:
    """The hours of one step, of what ended as a whole, and those in which somebody is recorded to have been at work."""
    table = relations.record(process.table)
    begun, over = HANDS_ON.get((process.id, step.id), (None, None))
    hands_on: ColumnElement[Any] = literal(None)
    if begun and over:
        hands_on = func.date_diff("minute", table.c[begun], table.c[over]) / 60.0
    hours: ColumnElement[Any] = (
        func.date_diff("minute", _as("TIMESTAMP", step.start), _as("TIMESTAMP", step.end)) / 60.0
    )
    return select(
        literal(step.id).label("step"),
        literal(step.place).label("place"),
        hours.label("hours"),
        hands_on.label("hands_on"),
    ).where(*_whole(process, unit_id, first, last), _has(step), _as("TIMESTAMP", step.end).isnot(None))
