"""What portraits rest on: the facts of scored indicators, as far back as portraits reach, and whether these changed.

Facts of units are those of mart.indicator_fact, of groups those of mart.group_fact. A group of fewer members than
declared, now or at an earlier month's end, is dropped here. This module must not score or draw anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
import pandas as pd

from etl import sql
from etl.judge.court import Court, Month, complete_month, fetched, first_day, last_day, same
from etl.judge.facts import states, strata_of
from model.judgement import comparison as comparisons
from model.judgement.portrait import is_scored
from model.judgement.series import COUNTED, Columns, Months, Series, series
from model.judgement.subjects import SubjectKind

UNIT = "unit"
MARTS = ("portrait", "portrait_mover", "portrait_part")


@dataclass(frozen=True)
class Resting:
    """One indicator of all subjects of a kind, month by month, and what is known of their like.

    last: the newest month that its sources delivered wholly; later portraits rest on that.
    """

    held: Series
    prior: Columns
    last: Month

    def at(self, end: Month, windows: Sequence[int]) -> Columns:
        """A row a subject at the end of a month; no row where the months do not reach that far back."""
        column = int((min(end, self.last) - self.held.months[0]).astype(int))
        window = comparisons.window(self.held.up_to(max(column, 0) + 1), windows)
        size = window.months.size if column >= 0 else 0
        value = window.value
        state = states(self.held.item, value, window.observations, np.zeros(value.size, dtype=bool))
        if self.last < end:
            state = np.where(np.isin(state, ("value", "zero")), "stale", state)
        rows = {name: self.held.subjects[name] for name in ("subject_id", "kind")} | self.prior | {
            "value": value, "sample_size": window.observations, "window_months": window.months, "state": state,
        }  # fmt: skip
        return {name: column[:size] for name, column in rows.items()} | same(
            size, indicator_id=self.held.item.id
        )


def changed(court: Court, kinds: Iterable[SubjectKind], ends: Sequence[Month]) -> dict[str, list[Month]]:
    """By kind the month ends whose portraits rest on something else than before; what was drawn there is removed."""
    connection = court.connection
    tables = [
        connection.execute(f"FROM snapshot.{name} ORDER BY ALL").fetchall()
        for name in ("mart.unit", "mart.unit_tree")
    ]
    tables.append(connection.execute(sql.statement("judge_portrait_tags")).fetchall())
    shared = repr((court.rules, court.catalogue.indicators, tables))
    months = connection.execute(sql.statement("judge_portrait_months"), [_since(court)]).fetchall()
    facts = {(kind, np.datetime64(month, "M")): number for kind, month, number in months}
    clocks = {name: complete_month(clock) for name, clock in court.clocks.items()}
    rows = []
    for kind, declared in ((UNIT, None), *((one.id, one) for one in kinds)):
        source = kind if declared and declared.parts else UNIT
        rule = sha256(f"{shared}{declared!r}".encode()).hexdigest()
        for end in ends:
            held = [facts.get((source, end - back)) for back in range(max(court.rules.windows))]
            until = sorted(
                (name, str(min(end, clock)), str(court.whole_from.get(name)))
                for name, clock in clocks.items()
            )
            rows.append((kind, last_day(end), sha256(repr((rule, held, until)).encode()).hexdigest()))
    told = pd.DataFrame(rows, columns=["subject_kind", "period_end", "digest"])
    connection.register("resting_now", told)
    found = connection.execute(sql.statement("judge_portrait_changed")).fetchall()
    for mart in MARTS:
        connection.execute(sql.statement("judge_portrait_gone", mart=mart))
    connection.execute(sql.statement("judge_portrait_gone", mart="portrait_rest"))
    connection.execute(sql.statement("judge_portrait_rest"))
    connection.unregister("resting_now")
    result: dict[str, list[Month]] = {}
    for kind, end in found:
        result.setdefault(kind, []).append(np.datetime64(end, "M"))
    return result


def of_units(court: Court) -> list[Resting]:
    """The scored indicators of all units."""
    return _resting(court, sql.statement("judge_portrait_unit_facts"), [_since(court)])


def of_groups(court: Court, kind: SubjectKind) -> list[Resting]:
    """The indicators of all groups of a kind."""
    return _resting(court, sql.statement("judge_portrait_group_facts"), [kind.id, _since(court)])


def _resting(court: Court, statement: str, bound: list[object]) -> list[Resting]:
    found = []
    for held in _series(court, statement, bound):
        window = comparisons.window(held.up_to(held.complete), court.rules.windows)
        prior = comparisons.priors(held, window, court.rules.comparison)
        found.append(Resting(held, prior, complete_month(court.clocks[held.item.id])))
    return found


def large_enough(court: Court, kind: SubjectKind, end: Month) -> list[str]:
    """The groups of a kind that have enough members now, and had at the end of a month."""
    if kind.members not in court.clocks:
        return []
    last = complete_month(court.clocks[kind.members])
    months = [first_day(min(month, last)) for month in (end, court.newest)]
    found = court.connection.execute(
        sql.statement("judge_portrait_members"), [kind.id, kind.members, kind.least_members, *months]
    ).fetchall()
    return [name for (name,) in found]


def _since(court: Court) -> date:
    return first_day(court.newest - (court.rules.portrait_reach - 1))


def _series(court: Court, statement: str, bound: list[object]) -> list[Series]:
    """The scored indicators of a query's facts, over the months that portraits reach back to."""
    rows = fetched(court.connection.execute(statement, bound))
    number, names = pd.factorize(rows["subject_id"], sort=True)
    told, ids = pd.factorize(rows["indicator_id"])
    place = {name: at for at, name in enumerate(ids)}
    first = np.unique(number, return_index=True)[1]
    subjects: Columns = {
        "subject_id": names, "kind": rows["kind"][first], "unit_id": names,
        "subject_kind": rows["subject_kind"][first],
    }  # fmt: skip
    months: Months = np.arange(np.datetime64(_since(court), "M"), court.newest + 1)
    found = []
    for item in court.catalogue.indicators.values():
        mine = np.flatnonzero(told == place.get(item.id, -1))
        if item.id in court.clocks and is_scored(item) and mine.size:
            facts = {name: rows[name][mine] for name in ("month", *COUNTED)} | {"subject": number[mine]}
            complete = int((months <= complete_month(court.clocks[item.id])).sum())
            strata, whole_from = strata_of(court, item, names), court.whole_from.get(item.id)
            found.append(series(item, facts, subjects, months, complete, strata, whole_from))
    return found
