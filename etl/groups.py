"""The numbers of groups that are no units: posts, cadres, Party branches, market cells.

The same declarations and the same scan as the facts, with the group in the place of the unit. Groups of fewer members
than declared are dropped here and reach no table. This module must not score anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from etl import sql
from etl.judge.court import Court, complete_month, fetched, first_day
from model.indicators import Indicator, composition, context
from model.indicators.declaration import View
from model.indicators.facts import Ground, set_period
from model.judgement.series import Columns, Series, series
from model.judgement.subjects import Part, SubjectKind


def group_series(court: Court, ground: Ground, kind: SubjectKind) -> list[Series]:
    """The series of every indicator of a kind over its groups, up to the newest complete month."""
    connection = court.connection
    connection.execute(sql.statement("judge_group_table"))
    for part in kind.parts:
        items = [court.catalogue.indicators[name] for name in part.indicators if name in court.clocks]
        for clock in sorted({court.clocks[item.id] for item in items}):
            _count(court, ground, part, [item for item in items if court.clocks[item.id] == clock])
    members, least = sql.literal(str(kind.members)), str(kind.least_members)
    connection.execute(sql.statement("judge_group_kept", members=members, least=least))
    groups = fetched(connection.execute("SELECT group_id FROM group_kept ORDER BY number"))["group_id"]
    subjects = {
        "subject_kind": np.full(groups.size, kind.id, dtype=object), "subject_id": groups,
        "kind": np.full(groups.size, kind.id, dtype=object),
        "unit_id": fetched(connection.execute("SELECT unit_id FROM group_kept ORDER BY number"))["unit_id"],
    }  # fmt: skip
    return _series(court, kind, subjects)


def _series(court: Court, kind: SubjectKind, subjects: Columns) -> list[Series]:
    found = []
    for name in dict.fromkeys(name for part in kind.parts for name in part.indicators):
        rows: Mapping[str, Any] = court.connection.execute(
            "SELECT subject, month, numerator, denominator, observations FROM group_fact WHERE indicator_id = ?",
            [name],
        ).fetchnumpy()
        if len(rows["subject"]):
            last = complete_month(court.clocks[name])
            months = np.arange(last - 11, last + 1)
            found.append(series(court.catalogue.indicators[name], rows, subjects, months, months.size))
    return found


def _count(court: Court, ground: Ground, part: Part, items: list[Indicator]) -> None:
    """Add the counts of one part, whose indicators share a clock, by group and month."""
    view, connection = court.catalogue.views[part.view], court.connection
    clock = court.clocks[items[0].id]
    newest = complete_month(clock)
    months = [first_day(newest - back) for back in range(part.months)]
    if view.is_month_end:
        if "inspection" in view.reads:
            context.keep_events(connection)
        for month in months:
            set_period(connection, [month], clock)
            _scan(ground, part, view, items, None)
        return
    chosen = frozenset(months)
    for table in view.reads:
        context.deliver(connection, table, composition.restricted(view, table, chosen))
    _scan(ground, part, view, items, chosen)
    for table in view.reads:
        context.deliver(connection, table, f"record.{table}")


def _scan(ground: Ground, part: Part, view: View, items: list[Indicator], months: composition.Months) -> None:
    rows = sql.statement(
        f"judge_group_{part.by}", rows=context.sql(view.id), where=part.where, column=part.column or "",
        tag=sql.literal(part.tag or ""),
    )  # fmt: skip
    select = composition.scan(f"({rows}) AS grouped", items, "group_id", ground.doubtful, months)
    ground.connection.execute(f"CREATE OR REPLACE TEMP TABLE group_scanned AS {select}")
    ground.connection.execute(f"INSERT INTO group_part {composition.unpivoted('group_scanned', items)}")
