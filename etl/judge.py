"""Judge: what the facts say of each unit, against its own past, beside its like, against goalposts and hard rules.

Reads the facts of the snapshot under construction and writes the marts of judgement beside them. What a rule means,
and every threshold, is declared in model/judgement; here facts become matrices and judgements become rows. An earlier
month is judged again only where its numbers have changed since: what was told stays told, or is withdrawn by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl import sql
from etl.building import Building
from model import warehouse
from model.indicators import Catalogue, Indicator, catalogue, composition, context
from model.indicators.declaration import View
from model.indicators.facts import lay, set_period
from model.judgement import Rules, breach, rules
from model.judgement import comparison as comparisons
from model.judgement import portrait as portraits
from model.judgement import trend as trends
from model.judgement.declaration import check_against
from model.judgement.series import Columns, Months, Series, series
from model.judgement.warning import Kind, levels
from model.statistics.inputs import Flags, Floats

WARNING = (
    "warning_id", "indicator_id", "rule_version", "unit_id", "subject_kind", "subject_id", "kind", "level",
    "period_start", "period_end", "value", "threshold", "sample_size", "p", "adjusted", "evidence_count",
)  # fmt: skip
SUBJECT = ("unit_id", "subject_kind", "subject_id")
NUMBERS = ("value", "threshold", "sample_size", "p", "adjusted", "evidence_count")
STATES = np.array(["stale", "no_data", "suppressed", "zero", "value"], dtype=object)
Month = np.datetime64


@dataclass
class Judged:
    """What one run has judged so far; `periods`: indicator, kind and end of each month judged for warnings."""

    trend: list[Columns] = field(default_factory=list)
    comparison: list[Columns] = field(default_factory=list)
    warnings: list[Columns] = field(default_factory=list)
    periods: list[tuple[str, str, date]] = field(default_factory=list)


@dataclass(frozen=True)
class Court:
    """What judging needs: the connection with `snapshot` attached, what is declared, and each indicator's last day."""

    connection: warehouse.Connection
    catalogue: Catalogue
    rules: Rules
    clocks: dict[str, date]

    @property
    def newest(self) -> Month:
        """The newest month that some indicator's sources delivered wholly."""
        return max(complete_month(clock) for clock in self.clocks.values())

    def version(self, item: Indicator) -> str:
        """The version of the rule that a warning rests on: the indicator's and the judgement's."""
        return f"{item.version}.{self.rules.version}"


def complete_month(clock: date) -> Month:
    """The newest month that ends on or before a day."""
    month: Month = (np.datetime64(clock, "D") + 1).astype("M8[M]") - 1
    return month


def first_day(month: Month) -> date:
    """The first day of a month."""
    day: date = month.astype("M8[D]").item()
    return day


def last_day(month: Month) -> date:
    """The last day of a month."""
    return first_day(month + 1) - timedelta(days=1)


def judge(building: Building) -> None:
    """Write the marts of judgement into the snapshot under construction."""
    judge_marts(building.connection, rules(), catalogue())


def judge_marts(connection: warehouse.Connection, declared: Rules, known: Catalogue) -> None:
    """The same on any connection with a warehouse attached as `snapshot` and a macro `keyed_hash`."""
    connection.execute(sql.statement("judge_schema"))
    court = convene(connection, declared, known)
    judged = Judged()
    if court.clocks:
        judge_facts(court, judged, _changed(connection))
        _judge_portraits(court, judged)
        _keep_rows(court, judged)
    judge_records(court, judged)
    _keep_warnings(court, judged)


def convene(
    connection: warehouse.Connection, declared: Rules, known: Catalogue, until: date | None = None
) -> Court:
    """What judging needs; `until`: judge as on that day, as if no later month had come."""
    check_against(declared, known)
    rows = connection.execute(
        "SELECT indicator_id, as_of FROM snapshot.mart.indicator_state"
        " WHERE state = 'computed' AND as_of IS NOT NULL"
    ).fetchall()
    clocks = {name: min(as_of, until or as_of) for name, as_of in rows if name in known.indicators}
    return Court(connection, known, declared, clocks)


# --- trend and comparison: one indicator at a time, all its subjects at once ---


def judge_facts(court: Court, judged: Judged, changed: dict[str, set[Month]]) -> None:
    """Trend, comparison, and what of them is worth a warning, of every indicator with facts.

    changed: earlier months to judge again, by indicator.
    """
    connection = court.connection
    connection.execute(sql.statement("judge_subjects"))
    found = connection.execute("SELECT * EXCLUDE number FROM judge_subject ORDER BY number").fetchnumpy()
    subjects = {name: np.asarray(held, dtype=object) for name, held in found.items()}
    months = _months(court)
    for item in court.catalogue.indicators.values():
        if item.id not in court.clocks:
            continue
        facts = connection.execute(sql.statement("judge_facts"), [item.id]).fetchnumpy()
        last = complete_month(court.clocks[item.id])
        held = series(item, facts, subjects, months, int((months <= last).sum()))
        if np.isnan(held.observations).all():
            continue
        points = trends.judge(held, court.rules.trend)
        judged.trend.append(_trend_rows(court, held, points))
        for month in sorted({last, *changed.get(item.id, ())}):
            if months[0] <= month <= months[-1]:
                _judge_month(court, judged, held, points, month)


def _months(court: Court) -> Months:
    """All months from the first fact to the last day that counts, the one in progress included."""
    row = court.connection.execute("SELECT min(month) FROM snapshot.mart.indicator_fact").fetchone()
    assert row and row[0], "an indicator is computed, so there are facts"
    last = max(np.datetime64(clock, "M") for clock in court.clocks.values())
    return np.arange(np.datetime64(row[0], "M"), last + 1)


def _changed(connection: warehouse.Connection) -> dict[str, set[Month]]:
    """The earlier months with warnings whose numbers have changed, by indicator."""
    found: dict[str, set[Month]] = {}
    for name, month in connection.execute(sql.statement("judge_changed")).fetchall():
        found.setdefault(name, set()).add(np.datetime64(month, "M"))
    return found


def _judge_month(court: Court, judged: Judged, held: Series, points: trends.Points, month: Month) -> None:
    """The comparison at the end of one month, and its warnings and those of the trend's point there."""
    column = int((month - held.months[0]).astype(int))
    rows = comparisons.compare(held.up_to(column + 1), court.rules.windows, court.rules.comparison)
    judged.comparison.append(_comparison_rows(court, held.item, rows, month))
    judged.warnings += [_signals(court, held, points, column), _outliers(court, held.item, rows, month)]
    judged.periods += [(held.item.id, kind, last_day(month)) for kind in ("signal", "outlier")]


def _trend_rows(court: Court, held: Series, points: trends.Points) -> Columns:
    """The points of a series from its first fact on; of cells, only the months that hold something."""
    item = held.item
    has_fact = ~np.isnan(held.observations)
    is_told = np.maximum.accumulate(has_fact, axis=1)
    is_told &= has_fact | (held.subjects["subject_kind"] == "unit")[:, None]
    is_late = np.broadcast_to(held.months > np.datetime64(court.clocks[item.id], "M"), has_fact.shape)
    state = _states(item, held.value, held.observations, is_late)
    told = {
        "value": np.where(np.isin(state, ("value", "zero")), held.value, np.nan), "state": state,
        "centre": points.centre, "lower": points.lower, "upper": points.upper, "signal": points.signal,
        "variation": trends.variation(points, item.direction),
        "assurance": trends.assurance(points, item.direction, item.target), "chart": points.chart,
    }  # fmt: skip
    row, column = np.nonzero(is_told)
    named = {name: held.subjects[name][row] for name in SUBJECT}
    days = held.months[column].astype("M8[s]")
    return named | _same(len(row), indicator_id=item.id) | {"month": days} | {
        name: matrix[row, column] for name, matrix in told.items()
    }  # fmt: skip


def _same(rows: int, **values: object) -> Columns:
    """Columns that hold one value for all rows."""
    return {name: np.full(rows, value, dtype=object) for name, value in values.items()}


def _states(item: Indicator, value: Floats, observations: Floats, is_late: Flags) -> npt.NDArray[np.object_]:
    """The state of each value. Too few, or nothing that a value could be made of, is suppressed; never zero."""
    few = (observations < item.minimum_denominator) | np.isnan(value)
    conditions = [np.isnan(observations) & is_late, np.isnan(observations), few, value == 0]
    return np.asarray(STATES[np.select(conditions, [0, 1, 2, 3], default=4)])


def _comparison_rows(court: Court, item: Indicator, rows: Columns, month: Month) -> Columns:
    """The rows of the mart. A source that has fallen behind leaves its newest value stale."""
    size = len(rows["value"])
    is_late = complete_month(court.clocks[item.id]) < court.newest and month < court.newest
    state = _states(item, rows["value"], rows["sample_size"], np.zeros(size, dtype=bool))
    state = np.where(np.isin(state, ("value", "zero")) & is_late, "stale", state)
    named = _same(size, indicator_id=item.id, period_end=last_day(month))
    return rows | named | {"level": rows["kind"], "state": state}


def _keep_rows(court: Court, judged: Judged) -> None:
    """Write trend and comparison. Comparisons of earlier months stay as they were judged then."""
    connection = court.connection
    connection.execute("DELETE FROM snapshot.mart.trend")
    _insert(connection, "trend", judged.trend)
    for rows in judged.comparison:
        connection.execute(
            "DELETE FROM snapshot.mart.comparison WHERE period_end = ? AND indicator_id = ?",
            [rows["period_end"][0], rows["indicator_id"][0]],
        )
    _insert(connection, "comparison", judged.comparison)
    connection.execute(sql.statement("judge_not_computed"), [first_day(court.newest)])
    end = sql.literal(str(last_day(court.newest)))
    connection.execute(sql.statement("judge_not_compared", period_end=end))


def _insert(connection: warehouse.Connection, mart: str, parts: list[Columns]) -> None:
    """Append columns to a mart by name; what the mart does not hold is left out."""
    if not parts:
        return
    known = connection.execute(f"SELECT * FROM snapshot.mart.{mart} LIMIT 0").description
    names = [column[0] for column in known or () if column[0] in parts[0]]
    rows = pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in names})
    connection.register("judged_rows", rows)
    connection.execute(f"INSERT INTO snapshot.mart.{mart} BY NAME SELECT * FROM judged_rows")
    connection.unregister("judged_rows")


# --- portraits ---


def _judge_portraits(court: Court, judged: Judged) -> None:
    """Portraits of all units at the newest month, kind by kind, from the newest comparison of each indicator."""
    connection = court.connection
    connection.execute("DELETE FROM snapshot.mart.portrait; DELETE FROM snapshot.mart.portrait_mover")
    newest: dict[str, Columns] = {}
    for rows in judged.comparison:
        newest[rows["indicator_id"][0]] = rows
    scored = [rows for name, rows in newest.items() if portraits.is_scored(court.catalogue.indicators[name])]
    dimensions, told, lost = list(court.catalogue.dimensions), [], []
    for level in sorted({kind for rows in scored for kind in rows["level"][rows["subject_kind"] == "unit"]}):
        table = _portrait_table(court, scored, level)
        if table.indicators:
            found = portraits.portraits(table, dimensions, court.rules.portrait)
            told.append(found | _same(len(found["score"]), level=level))
            lost.append(portraits.movers(table, dimensions, court.rules.portrait))
    for mart, parts in (("portrait", told), ("portrait_mover", lost)):
        end = last_day(court.newest)
        _insert(connection, mart, [
            part | _same(len(part["score"]), subject_kind="unit", period_end=end) for part in parts
        ])  # fmt: skip


def _portrait_table(court: Court, scored: list[Columns], level: str) -> portraits.Table:
    """Units of one kind and the scored indicators that any of them has a value for."""
    mine = [(rows, rows["level"] == level) for rows in scored]
    mine = [(rows, chosen) for rows, chosen in mine if (chosen & ~np.isnan(rows["value"])).any()]
    units = sorted({unit for rows, chosen in mine for unit in rows["subject_id"][chosen]})
    place = {unit: number for number, unit in enumerate(units)}
    names = ("value", "sample_size", "window_months", "prior_first", "prior_second")
    held = np.full((len(names), len(units), len(mine)), np.nan)
    for column, (rows, chosen) in enumerate(mine):
        order = [place[unit] for unit in rows["subject_id"][chosen]]
        for number, name in enumerate(names):
            held[number, order, column] = rows[name][chosen]
    items = [court.catalogue.indicators[rows["indicator_id"][0]] for rows, _ in mine]
    is_counted = np.array([item.kind == "proportion" and item.shape == "ratio" for item in items], dtype=bool)
    trials = np.where(is_counted, held[1], np.nan)
    return portraits.Table(units, items, held[0], held[0] * trials, trials, held[3:], held[2])


# --- warnings ---


def _signals(court: Court, held: Series, points: trends.Points, column: int) -> Columns:
    """What a rule says of one month against a subject, or either way where neither is bad."""
    item = held.item
    against = {"higher": -1, "lower": 1, "none": 0}[item.direction]
    speaks = points.direction == against if against else points.direction != 0
    recent = speaks[:, max(0, column - 2) : column + 1].sum(axis=1)
    chosen = np.flatnonzero(speaks[:, column])
    beyond = np.where(points.direction[:, column] > 0, points.upper[:, column], points.lower[:, column])
    month = held.months[column]
    subjects = {name: column[chosen] for name, column in held.subjects.items()}
    return _warnings(
        court, item, subjects, "signal", recent[chosen], (month, month),
        value=held.value[chosen, column], threshold=beyond[chosen], sample_size=held.observations[chosen, column],
        evidence_count=np.round(held.adverse[chosen, column]),
    )  # fmt: skip


def _outliers(court: Court, item: Indicator, rows: Columns, month: Month) -> Columns:
    """Who differs from its like by more than chance, at the declared false discovery rate."""
    mine = {name: column[rows["adjusted"] <= court.rules.comparison.q] for name, column in rows.items()}
    starts = month - (mine["window_months"].astype(int) - 1)
    return _warnings(
        court, item, mine, "outlier", mine["adjusted"], (starts, month), value=mine["value"],
        threshold=mine["usual"], sample_size=mine["sample_size"], p=mine["p"], adjusted=mine["adjusted"],
        evidence_count=np.round(mine["adverse"]),
    )  # fmt: skip


def _warnings(
    court: Court, item: Indicator, subjects: Columns, kind: Kind, numbers: Floats, period: tuple[Any, Month],
    **columns: Any,
) -> Columns:  # fmt: skip
    """Findings as rows of the mart, still without an id. A finding of a month is named by that month."""
    size, (start, end) = len(numbers), period
    is_neutral = np.full(size, item.direction == "none")
    missing = {name: np.full(size, np.nan) for name in NUMBERS if name not in columns}
    return {name: subjects[name] for name in SUBJECT} | columns | missing | {
        "level": np.array(levels(kind, numbers, court.rules.level, is_neutral), dtype=object),
        "period_start": np.broadcast_to(start, size).astype("M8[s]"),
    } | _same(
        size, indicator_id=item.id, rule_version=court.version(item), kind=kind, period_end=last_day(end),
        finding=str(end),
    )  # fmt: skip


# --- hard rules: the records themselves ---


def judge_records(court: Court, judged: Judged) -> None:
    """A warning for each record that breaks a hard rule. Only views are read of which the facts tell of a breach."""
    connection = court.connection
    connection.execute(sql.statement("judge_breach_table"))
    broken = _broken_months(court)
    if broken:
        connection.execute("USE snapshot")
        try:
            doubtful = lay(connection, court.catalogue).doubtful
            for view in court.catalogue.views.values():
                mine = {item: months for item, months in broken.items() if item.view == view.id}
                if mine:
                    _find_breaches(court, view, mine, doubtful)
        finally:
            connection.execute("USE memory")
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
    found = connection.execute("FROM breach_found ORDER BY ALL").fetchnumpy()
    rows = {name: np.asarray(column) for name, column in found.items()}
    items = [court.catalogue.indicators[name] for name in rows["indicator_id"]]
    size, number = len(items), rows.pop("number").astype(float)
    return rows | {name: np.full(size, np.nan) for name in NUMBERS} | _same(size, kind="breach") | {
        "rule_version": np.array([court.version(item) for item in items], dtype=object),
        "level": np.array(levels("breach", number, court.rules.level, np.zeros(size, dtype=bool)), dtype=object),
        "threshold": np.array([item.target for item in items], dtype=float),
        "sample_size": np.ones(size), "evidence_count": np.ones(size),
    }  # fmt: skip


# --- the warnings of this run beside those of earlier ones ---


def _keep_warnings(court: Court, judged: Judged) -> None:
    """The same finding is the same warning: it is updated; one that is judged again and not found is withdrawn."""
    connection = court.connection
    names = (*WARNING[1:], "finding")
    found = pd.DataFrame({name: np.concatenate([part[name] for part in judged.warnings]) for name in names})
    versions = [(item.id, court.version(item)) for item in court.catalogue.indicators.values()]
    tables = {
        "found_row": found,
        "judged_row": pd.DataFrame(judged.periods, columns=["indicator_id", "kind", "period_end"]),
        "rule_row": pd.DataFrame(versions, columns=["indicator_id", "rule_version"]),
    }
    for name, rows in tables.items():
        connection.register(name, rows)
    connection.execute(sql.statement("judge_found"))
    for name in tables:
        connection.unregister(name)
    connection.execute(sql.statement("judge_deepest"))
    connection.execute(sql.statement("judge_withdraw"))
