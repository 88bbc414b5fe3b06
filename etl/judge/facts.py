"""Trend and comparison of the facts: one indicator at a time, all its subjects at once.

Facts become matrices, and what model/judgement says of them becomes the rows of mart.trend and mart.comparison, and
findings where a rule speaks. This module must not decide what is worth a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl import sql
from etl.judge.court import (
    SUBJECT,
    Court,
    Judged,
    Month,
    complete_month,
    fetched,
    first_day,
    insert,
    last_day,
    same,
)
from etl.judge.findings import outliers, signals
from model.indicators import Indicator
from model.judgement import comparison as comparisons
from model.judgement import trend as trends
from model.judgement.series import Columns, Months, Series, series
from model.statistics.inputs import Flags, Floats

STATES = np.array(["stale", "no_data", "suppressed", "zero", "value"], dtype=object)


@dataclass(frozen=True)
class Standing:
    """Indicators whose facts are all the same as when they were judged last, or those of complete months are.

    now: what the judgement of this run rests on.
    """

    now: pd.DataFrame
    wholly: frozenset[str]
    complete: frozenset[str]


def standing(court: Court) -> Standing:
    """What needs no judging again: same facts, same clock, same rules, same units."""
    connection = court.connection
    clocks = {name: complete_month(clock) for name, clock in court.clocks.items()}
    last = pd.DataFrame(
        [(name, first_day(month)) for name, month in clocks.items()], columns=["indicator_id", "last_month"]
    )
    connection.register("clock_row", last)
    found = connection.execute(sql.statement("judge_facts_now")).fetchall()
    connection.unregister("clock_row")
    units = connection.execute("FROM snapshot.mart.unit ORDER BY unit_id").fetchall()
    shared = _digest(court.rules, units)
    months, rows = _months(court), []
    for name, every, complete in found:
        since = str(court.whole_from.get(name))
        rule = (shared, court.catalogue.indicators[name], str(clocks[name]), str(court.newest), since)
        reach = (str(months[0]), str(months[-1]), str(np.datetime64(court.clocks[name], "M")))
        rows.append((name, _digest(rule, reach, every), _digest(rule, complete)))
    now = pd.DataFrame(rows, columns=["indicator_id", "every", "complete"])
    kept = connection.execute("FROM snapshot.mart.judged_fact").fetchall()
    every, complete = ({(row[0], row[at]) for row in kept} for at in (1, 2))
    return Standing(
        now,
        frozenset(row[0] for row in rows if (row[0], row[1]) in every),
        frozenset(row[0] for row in rows if (row[0], row[2]) in complete),
    )


def _digest(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()


def judge_facts(
    court: Court,
    judged: Judged,
    changed: dict[str, set[Month]],
    standing: Standing | None = None,
    *,
    is_brief: bool = False,
) -> None:
    """Trend, comparison, and what of them is worth a warning, of every indicator with facts.

    changed: earlier months to judge again, by indicator. standing: what rests on the same facts as before, and stands.
    is_brief: findings only, without estimates and limits.
    """
    connection = court.connection
    connection.execute(sql.statement("judge_subjects"))
    found = connection.execute("SELECT * EXCLUDE number FROM judge_subject ORDER BY number").fetchnumpy()
    subjects = {name: np.asarray(held, dtype=object) for name, held in found.items()}
    units = subjects["subject_id"].copy()
    units[subjects["subject_kind"] != "unit"] = None
    months = _months(court)
    for item in court.catalogue.indicators.values():
        if item.id not in court.clocks:
            continue
        again = changed.get(item.id, set())
        if standing and item.id in standing.wholly and not again:
            judged.kept.add(item.id)
            continue
        facts = connection.execute(sql.statement("judge_facts"), [item.id]).fetchnumpy()
        last = complete_month(court.clocks[item.id])
        strata = strata_of(court, item, units)
        complete, whole_from = int((months <= last).sum()), court.whole_from.get(item.id)
        held = series(item, facts, subjects, months, complete, strata, whole_from)
        if np.isnan(held.observations).all():
            continue
        points = trends.judge(held, court.rules.trend)
        judged.trend.append(_trend_rows(court, held, points))
        for month in sorted(again if standing and item.id in standing.complete else {last, *again}):
            if months[0] <= month <= months[-1]:
                _judge_month(court, judged, held, points, month, is_brief)


def strata_of(court: Court, item: Indicator, names: npt.NDArray[np.object_]) -> Columns | None:
    """What a standardised mean of units is made of, units by their place among `names`; None of anything else."""
    if item.shape != "standardised_mean":
        return None
    rows = fetched(court.connection.execute(sql.statement("judge_strata"), [item.id, item.version]))
    place = {name: at for at, name in enumerate(names)}
    return rows | {"subject": np.array([place.get(name, -1) for name in rows["subject_id"]], dtype=np.int64)}


def _months(court: Court) -> Months:
    """All months from the first fact to the last day that counts, the one in progress included."""
    row = court.connection.execute("SELECT min(month) FROM snapshot.mart.indicator_fact").fetchone()
    assert row and row[0], "an indicator is computed, so there are facts"
    last = max(np.datetime64(clock, "M") for clock in court.clocks.values())
    return np.arange(np.datetime64(row[0], "M"), last + 1)


def changed_months(court: Court) -> dict[str, set[Month]]:
    """The earlier months with warnings whose numbers have changed, by indicator."""
    rows = [
        (item.id, item.version, item.minimum_denominator)
        for item in court.catalogue.indicators.values()
        if item.shape == "standardised_mean"
    ]
    standardised = pd.DataFrame(rows, columns=["indicator_id", "rule_version", "minimum"])
    court.connection.register(
        "standardised_row", standardised.astype({"rule_version": "int64", "minimum": "int64"})
    )
    found: dict[str, set[Month]] = {}
    for name, month in court.connection.execute(sql.statement("judge_changed")).fetchall():
        found.setdefault(name, set()).add(np.datetime64(month, "M"))
    court.connection.unregister("standardised_row")
    return found


def _judge_month(
    court: Court, judged: Judged, held: Series, points: trends.Points, month: Month, is_brief: bool
) -> None:
    """The comparison at the end of one month, and its warnings and those of the trend's point there."""
    column = int((month - held.months[0]).astype(int))
    rows = comparisons.compare(
        held.up_to(column + 1), court.rules.windows, court.rules.comparison, is_brief=is_brief
    )
    judged.comparison.append(comparison_rows(court, held.item, rows, month))
    judged.warnings += [signals(court, held, points, column), outliers(court, held.item, rows, month)]
    judged.periods += [(held.item.id, kind, last_day(month)) for kind in ("signal", "outlier")]


def _trend_rows(court: Court, held: Series, points: trends.Points) -> Columns:
    """The points of a series from its first fact on; of cells, only the months that hold something."""
    item = held.item
    has_fact = ~np.isnan(held.observations)
    is_told = np.maximum.accumulate(has_fact, axis=1)
    is_told &= has_fact | (held.subjects["subject_kind"] == "unit")[:, None]
    is_late = np.broadcast_to(held.months > np.datetime64(court.clocks[item.id], "M"), has_fact.shape)
    state = states(item, held.value, held.observations, is_late)
    told = {
        "value": np.where(np.isin(state, ("value", "zero")), held.value, np.nan), "state": state,
        "centre": points.centre, "lower": points.lower, "upper": points.upper, "signal": points.signal,
        "variation": trends.variation(points, item),
        "assurance": trends.assurance(points, item.direction, item.target), "chart": points.chart,
    }  # fmt: skip
    row, column = np.nonzero(is_told)
    named = {name: held.subjects[name][row] for name in SUBJECT}
    days = held.months[column].astype("M8[s]")
    return named | same(len(row), indicator_id=item.id) | {"month": days} | {
        name: matrix[row, column] for name, matrix in told.items()
    }  # fmt: skip


def states(item: Indicator, value: Floats, observations: Floats, is_late: Flags) -> npt.NDArray[np.object_]:
    """The state of each value. Too few, or nothing that a value could be made of, is suppressed; never zero."""
    few = (observations < item.minimum_denominator) | np.isnan(value)
    conditions = [np.isnan(observations) & is_late, np.isnan(observations), few, value == 0]
    return np.asarray(STATES[np.select(conditions, [0, 1, 2, 3], default=4)])


def comparison_rows(court: Court, item: Indicator, rows: Columns, month: Month) -> Columns:
    """The rows of the mart. A source that has fallen behind leaves its newest value stale."""
    size = len(rows["value"])
    is_late = complete_month(court.clocks[item.id]) < court.newest and month < court.newest
    state = states(item, rows["value"], rows["sample_size"], np.zeros(size, dtype=bool))
    state = np.where(np.isin(state, ("value", "zero")) & is_late, "stale", state)
    named = same(size, indicator_id=item.id, period_end=last_day(month))
    return rows | named | {"level": rows["kind"], "state": state}


def keep_rows(court: Court, judged: Judged, standing: Standing) -> None:
    """Write trend and comparison, and let go of them. Comparisons of earlier months stay as they were judged then."""
    connection = court.connection
    connection.execute(sql.statement("judge_trend_gone"), [sorted(judged.kept)])
    insert(connection, "trend", judged.trend)
    ends, names = ([rows[name][0] for rows in judged.comparison] for name in ("period_end", "indicator_id"))
    connection.execute(
        "DELETE FROM snapshot.mart.comparison AS held USING"
        " (SELECT unnest(?::DATE[]) AS period_end, unnest(?::VARCHAR[]) AS indicator_id) AS anew"
        " WHERE held.period_end = anew.period_end AND held.indicator_id = anew.indicator_id",
        [ends, names],
    )
    insert(connection, "comparison", judged.comparison)
    judged.trend.clear()
    judged.comparison.clear()
    connection.execute(sql.statement("judge_not_computed"), [first_day(court.newest)])
    end = sql.literal(str(last_day(court.newest)))
    connection.execute(sql.statement("judge_not_compared", period_end=end))
    connection.register("judged_fact_row", standing.now)
    connection.execute("CREATE OR REPLACE TABLE snapshot.mart.judged_fact AS FROM judged_fact_row")
    connection.unregister("judged_fact_row")
