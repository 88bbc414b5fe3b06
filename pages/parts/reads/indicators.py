"""Reads of the indicators as they were judged: by month, beside like units, and what became of each declared one.

Units only, and market cells by their codes; no person is a subject. It must not format, colour or decide.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import and_, func, select

from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.reads.shared import cached, read

UNIT = "unit"


@cached()
def states(snapshot: Snapshot) -> pd.DataFrame:
    """What became of each declared indicator: indicator_id, state, missing_columns, as_of, rule_version."""
    return read(snapshot, select(relations.indicator_state))


@cached()
def of_unit(snapshot: Snapshot, unit_id: str, first: date, last: date) -> pd.DataFrame:
    """Every indicator of one unit, month by month, as it was judged, with the numbers that it rests on."""
    return _judged(snapshot, unit_id, None, first, last)


@cached()
def of_indicator(snapshot: Snapshot, unit_ids: tuple[str, ...], indicator_id: str) -> pd.DataFrame:
    """One indicator of some units, every month that there is."""
    found = [_judged(snapshot, one, indicator_id, None, None) for one in unit_ids]
    return pd.concat(found, ignore_index=True)


def _judged(
    snapshot: Snapshot, unit_id: str, indicator_id: str | None, first: date | None, last: date | None
) -> pd.DataFrame:
    trend, fact = relations.trend, relations.indicator_fact
    same = and_(
        *(fact.c[name] == trend.c[name] for name in ("indicator_id", "unit_id", "subject_kind", "month"))
    )
    query = (
        select(trend, fact.c.numerator, fact.c.denominator, fact.c.observations)
        .select_from(trend.outerjoin(fact, and_(same, fact.c.unit_id == unit_id)))
        .where(trend.c.unit_id == unit_id, trend.c.subject_kind == UNIT)
    )
    if indicator_id:
        query = query.where(trend.c.indicator_id == indicator_id)
    if first and last:
        query = query.where(trend.c.month.between(first, last))
    return read(snapshot, query.order_by(trend.c.indicator_id, trend.c.month))


@cached()
def windows(snapshot: Snapshot, unit_id: str, period_end: date) -> pd.DataFrame:
    """Every indicator of one unit over the shortest stretch up to a month's end that holds enough."""
    comparison = relations.comparison
    return read(
        snapshot,
        select(comparison).where(
            comparison.c.unit_id == unit_id,
            comparison.c.subject_kind == UNIT,
            comparison.c.period_end == period_end,
        ),
    )


@cached()
def compared(snapshot: Snapshot, indicator_id: str, until: date) -> pd.DataFrame:
    """Every unit of one indicator beside its like, as last compared up to a day; in the order of the units' codes."""
    comparison = relations.comparison
    of = and_(comparison.c.indicator_id == indicator_id, comparison.c.subject_kind == UNIT)
    last = select(func.max(comparison.c.period_end)).where(of, comparison.c.period_end <= until)
    query = select(comparison).where(of, comparison.c.period_end == last.scalar_subquery())
    return read(snapshot, query.order_by(comparison.c.unit_id))


@cached()
def months(snapshot: Snapshot, unit_id: str, indicator_id: str) -> list[date]:
    """The months of which an indicator of a unit has something to say."""
    frame = of_indicator(snapshot, (unit_id,), indicator_id)
    return [pd.Timestamp(month).date() for month in frame.loc[frame["state"] != "stale", "month"]]
