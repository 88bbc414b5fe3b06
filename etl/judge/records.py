"""Hard rules: a finding for each record that breaks one, whatever the sample.

Only views are read of which the facts tell of a breach, and only in those months; what was found in a month whose facts
stand is kept. What breaks a rule is composed in model/judgement/breach.py.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from etl import sql
from etl.judge.court import NUMBERS, Court, Judged, fetched, same
from model import warehouse
from model.indicators import Indicator, composition, context
from model.indicators.change import digest
from model.indicators.declaration import View
from model.indicators.facts import Ground, set_period
from model.judgement import breach
from model.judgement.series import Columns
from model.judgement.warning import levels


def judge_records(court: Court, ground: Ground, judged: Judged) -> None:
    """A warning for each record that breaks a hard rule."""
    broken, kept = _broken_months(court), _rules_kept(court)
    for view in court.catalogue.views.values():
        rules = {item.id for item in court.catalogue.of_view(view.id)} & {*court.rules.breaches}
        months = (ground.computed or {}).get(view.id) if rules <= kept else None
        court.connection.execute(
            sql.statement("judge_breach_gone"), {"indicators": sorted(rules), "months": _given(months)}
        )
        mine = {item: found for item, found in broken.items() if item.view == view.id}
        if months is not None:
            mine = {item: chosen for item, found in mine.items() if (chosen := found.intersection(months))}
        if mine:
            _find_breaches(court, view, mine, months, ground)
    judged.warnings.append(_breaches(court))


def _given(months: composition.Months) -> list[date] | None:
    return None if months is None else sorted(months)


def _rules_kept(court: Court) -> set[str]:
    """The hard rules by which the kept records were looked for; those of now are noted in their place."""
    connection = court.connection
    rules = {
        (name, digest(court.catalogue.indicators[name], court.catalogue)) for name in court.rules.breaches
    }
    kept = set(connection.execute("FROM snapshot.mart.breach_rule").fetchall()) & rules
    connection.execute("DELETE FROM snapshot.mart.breach_rule")
    warehouse.insert(connection, "snapshot.mart.breach_rule", sorted(rules))
    return {name for name, _ in kept}


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
    court: Court, view: View, broken: dict[Indicator, set[date]], months: composition.Months, ground: Ground
) -> None:
    """Add the records of one view that break a rule in these months. broken: where the facts tell of any."""
    connection = court.connection
    if view.is_month_end:
        if "inspection" in view.reads and ground.computed is None:
            context.keep_events(connection)
        for month in sorted(set().union(*broken.values())):
            items = [item for item, found in broken.items() if month in found]
            for clock in sorted({court.clocks[item.id] for item in items}):
                set_period(connection, [month], clock)
                of_clock = [item for item in items if court.clocks[item.id] == clock]
                _scan(court, view, of_clock, months, ground.doubtful)
        return
    told = frozenset().union(*broken.values())
    for table in view.reads:
        context.deliver(connection, table, composition.restricted(view, table, told))
    _scan(court, view, list(broken), months, ground.doubtful)
    for table in view.reads:
        context.deliver(connection, table, f"record.{table}")


def _scan(
    court: Court, view: View, items: list[Indicator], months: composition.Months, doubtful: frozenset[str]
) -> None:
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
        ),
        {"months": _given(months)},
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
