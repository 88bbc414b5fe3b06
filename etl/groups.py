"""The numbers of groups that are no units: posts, cadres, Party branches, market cells.

The same declarations as the facts, with the group in the place of the unit, in the months that portraits rest on. What
is counted by unit and cell anyway is added up; only the rest reads its rows again. Groups of few members are counted
too: they are left out where portraits are drawn. This module must not score anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from etl import sql
from model.indicators import Indicator, composition, context
from model.indicators.declaration import View
from model.indicators.facts import Ground, Plan, clock_of, months_between, set_period
from model.judgement.subjects import Part, SubjectKind


def counted_by_cell(kinds: Iterable[SubjectKind]) -> frozenset[str]:
    """The indicators whose parts are needed by market cell."""
    return frozenset(
        name for kind in kinds for part in kind.parts if part.by == "cell" for name in part.indicators
    )


def count_groups(ground: Ground, kinds: Iterable[SubjectKind], plan: Plan, since: date) -> None:
    """Put the planned months from `since` on into mart.group_fact; what was there of them is gone already."""
    for kind in kinds:
        if not kind.parts:
            continue
        ground.connection.execute(sql.statement("group_table"))
        for part in kind.parts:
            _count(ground, part, plan[part.view], since)
        ground.connection.execute(sql.statement("group_fact"), {"kind": kind.id, "since": since})


def _count(ground: Ground, part: Part, chosen: composition.Months, since: date) -> None:
    """Add the counts of one part by group and month to the temporary table `group_part`."""
    items = [
        item for item in ground.computable(ground.catalogue.views[part.view]) if item.id in part.indicators
    ]
    if not items or (chosen is not None and not chosen):
        return
    if part.adds_up:
        names = [item.id for item in items]
        statement = sql.statement(
            f"group_{part.by}", **({"tag": sql.literal(part.tag or "")} if part.tag else {})
        )
        ground.connection.execute(statement, {"indicators": names, "since": since})
        return
    for clock in sorted({clock_of(ground.states[item.id]) for item in items}):
        mine = [item for item in items if clock_of(ground.states[item.id]) == clock]
        months = [one for one in months_between(since, clock) if chosen is None or one in chosen]
        if months:
            _read(ground, part, mine, months, clock)


def _read(ground: Ground, part: Part, items: list[Indicator], months: list[date], clock: date) -> None:
    """The counts of indicators that share a clock, from the rows of their view in these months."""
    view, connection = ground.catalogue.views[part.view], ground.connection
    if view.is_month_end:
        set_period(connection, months, clock)
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
        f"group_{part.by}", rows=context.sql(view.id), where=part.where, column=part.column or "",
        tag=sql.literal(part.tag or ""),
    )  # fmt: skip
    select = composition.scan(f"({rows}) AS grouped", items, "group_id", ground.doubtful, months)
    ground.connection.execute(f"CREATE OR REPLACE TEMP TABLE group_scanned AS {select}")
    ground.connection.execute(f"INSERT INTO group_part {composition.unpivoted('group_scanned', items)}")
