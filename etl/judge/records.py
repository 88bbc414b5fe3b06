"""Hard rules: a finding for each record that breaks one, whatever the sample.

Only views are read of which the facts tell of a breach, and only in those months. What breaks a rule is composed in
model/judgement/breach.py.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from etl import sql
from etl.judge.court import NUMBERS, Court, Judged, fetched, same
from model.indicators import Indicator, composition, context
from model.indicators.declaration import View
from model.indicators.facts import Ground, set_period
from model.judgement import breach
from model.judgement.series import Columns
from model.judgement.warning import levels


def judge_records(court: Court, ground: Ground, judged: Judged) -> None:
    """A warning for each record that breaks a hard rule."""
    court.connection.execute(sql.statement("judge_breach_table"))
    broken = _broken_months(court)
    for view in court.catalogue.views.values():
        mine = {item: months for item, months in broken.items() if item.view == view.id}
        if mine:
            _find_breaches(court, view, mine, ground.doubtful)
    judged.warnings.append(_breaches(court))


def _broken_months(court: Court) -> dict[Indicator, set[date]]:
    """The hard rules that the facts show broken, and in which months."""
    rows = court.connection.execute(
        "SELECT indicator_id, month, bool_or(denominator > numerator), bool_or(numerator > 0)"
        " FROM snapshot.mart.indicator_fact WHERE indicator_id IN (SELECT unnest(?)) GROUP BY ALL ORDER BY ALL",
        [list(court.rules.breaches)],
    ).fetchall()
    broken: dict[Indicator, set[date]] = {}
    for name, month, is_short, is_some in rows:
        item = court.catalogue.indicators[name]
        if is_short if item.direction == "higher" else is_some:
            broken.setdefault(item, set()).add(month)
    return broken


def _find_breaches(
    court: Court, view: View, broken: dict[Indicator, set[date]], doubtful: frozenset[str]
) -> None:
    """Add the records of one view that break a rule to the temporary table `breach`."""
    connection = court.connection
    if view.is_month_end:
        if "inspection" in view.reads:
            context.keep_events(connection)
        for month in sorted(set().union(*broken.values())):
            items = [item for item, months in broken.items() if month in months]
            for clock in sorted({court.clocks[item.id] for item in items}):
                set_period(connection, [month], clock)
                _scan(court, view, [item for item in items if court.clocks[item.id] == clock], doubtful)
        return
    months = frozenset().union(*broken.values())
    for table in view.reads:
        context.deliver(connection, table, composition.restricted(view, table, months))
    _scan(court, view, list(broken), doubtful)
    for table in view.reads:
        context.deliver(connection, table, f"record.{table}")


def _scan(court: Court, view: View, items: list[Indicator], doubtful: frozenset[str]) -> None:
    rest = [column for column in view.key if column != "unit_id"] or list(view.key)
    court.connection.execute(
        sql.statement(
            "judge_breach",
            findings=", ".join(breach.finding(item, doubtful) for item in items),
            any=" OR ".join(breach.is_broken(item, doubtful) for item in items),
            rows=context.sql(view.id),
            view=sql.literal(view.id),
            key=", ".join(view.key),
            rest=", ".join(rest),
            is_month_end=str(view.is_month_end),
            has_levels=str(view.has_levels),
        )
    )


def _breaches(court: Court) -> Columns:
    """The findings of the hard rules as rows of the mart."""
    connection = court.connection
    connection.execute(sql.statement("judge_breach_found"))
    rows = fetched(connection.execute("FROM breach_found ORDER BY ALL"))
    items = [court.catalogue.indicators[name] for name in rows["indicator_id"]]
    size, number = len(items), rows.pop("number").astype(float)
    return rows | {name: np.full(size, np.nan) for name in NUMBERS} | same(size, kind="breach") | {
        "rule_version": np.array([court.version(item) for item in items], dtype=object),
        "level": np.array(levels("breach", number, court.rules.level, np.zeros(size, dtype=bool)), dtype=object),
        "threshold": np.array([item.target for item in items], dtype=float),
        "sample_size": np.ones(size), "evidence_count": np.ones(size),
    }  # fmt: skip
