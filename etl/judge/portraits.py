"""Portraits of all subjects at the newest month end and at those before it: units type by type, others as declared.

What a portrait is, is said in model/judgement/portrait.py, whom there are portraits of in subjects.toml; here facts
become its tables. A portrait is drawn again only where what it rests on has changed: an earlier one stays as it was
drawn, its interval steadied by what was known of its like then. This module must not compute a score.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl import sql
from etl.judge import resting
from etl.judge.court import Court, Month, insert, last_day, same
from etl.judge.resting import MARTS, UNIT, Resting
from model.contract import TABLES
from model.judgement import portrait as portraits
from model.judgement.series import Columns
from model.judgement.subjects import SubjectKind, check_against, subject_kinds

ROWS_AT_ONCE = 300_000
PART = ("indicator_id", "subject_id", "value", "sample_size", "window_months", "state")


def judge_portraits(court: Court) -> None:
    """Portraits of units and of every declared kind of subjects, at every month end that has changed."""
    if not court.clocks:
        return
    kinds = subject_kinds()
    check_against(kinds, court.catalogue)
    court.connection.execute(sql.statement("judge_portrait_table"))
    ends = [court.newest - back for back in range(court.rules.portrait.past_months, -1, -1)]
    missing = {kind.id: _missing(court, kind) for kind in kinds}
    changed = resting.changed(court, [kind for kind in kinds if not missing[kind.id]], ends)
    drawn = Drawn(court)
    of_units = [kind for kind in kinds if not kind.parts]
    chosen = {kind.id: _units(court, kind) for kind in of_units}
    if any(name in changed for name in (UNIT, *chosen)):
        held = resting.of_units(court)
        for end in ends:
            names = [name for name in changed if end in changed[name]]
            _draw_units(drawn, _rows(court, held, end), end, names, chosen)
    for kind in kinds:
        if kind.parts and kind.id in changed:
            held = resting.of_groups(court, kind)
            for end in changed[kind.id]:
                groups = resting.large_enough(court, kind, end)
                drawn.add(end, kind.id, kind.id, _of(_rows(court, held, end), "subject_id", groups))
    drawn.write(*MARTS)
    portraits.forget()
    for kind in kinds:
        _keep_kind(court, kind, missing[kind.id])


def _draw_units(
    drawn: Drawn, every: list[Columns], end: Month, names: list[str], chosen: dict[str, list[str]]
) -> None:
    """The portraits of units at one month's end: type by type, and of the kinds whose subjects are chosen units."""
    if UNIT in names:
        for level in sorted({str(level) for one in every for level in one["kind"]}):
            drawn.add(end, UNIT, level, _of(every, "kind", [level]))
    for name in names:
        if name in chosen:
            drawn.add(end, name, name, _of(every, "subject_id", chosen[name]))


def _rows(court: Court, held: list[Resting], end: Month) -> list[Columns]:
    """The indicators of all subjects at a month's end."""
    return [one.at(end, court.rules.windows) for one in held]


def _of(rows: list[Columns], column: str, names: list[str]) -> list[Columns]:
    chosen, found = set(names), []
    for one in rows:
        mine = np.array([name in chosen for name in one[column]], dtype=bool)
        found.append({name: held[mine] for name, held in one.items()})
    return found


@dataclass
class Drawn:
    """What was drawn and is not written yet: written together, because a write costs as much as a thousand rows."""

    court: Court
    waiting: dict[str, list[Columns]] = field(default_factory=lambda: {mart: [] for mart in MARTS})

    def add(self, end: Month, kind: str, level: str, rows: list[Columns]) -> None:
        """Draw subjects that are alike (of a kind, at a level) at one month's end."""
        for mart, found in _draw(self.court, rows).items():
            size = len(found["subject_id"])
            more = same(size, subject_kind=kind, level=level, period_end=last_day(end))
            self.waiting[mart].append(found | more)
            if sum(len(part["subject_id"]) for part in self.waiting[mart]) > ROWS_AT_ONCE:
                self.write(mart)

    def write(self, *marts: str) -> None:
        """Write what is waiting for these marts."""
        for mart in marts:
            parts, self.waiting[mart] = self.waiting[mart], []
            if parts:
                whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
                insert(self.court.connection, mart, [whole])


def _draw(court: Court, rows: list[Columns]) -> dict[str, Columns]:
    """The portraits of subjects that are alike, what takes most from them, and what they are made of."""
    rows = [one for one in rows if (~np.isnan(one["value"])).any()]
    if not rows:
        return {}
    table, dimensions = _table(court, rows), list(court.catalogue.dimensions)
    return {
        "portrait": portraits.portraits(table, dimensions, court.rules.portrait),
        "portrait_mover": portraits.movers(table, dimensions, court.rules.portrait),
        "portrait_part": {name: np.concatenate([one[name] for one in rows]) for name in PART},
    }


def _table(court: Court, rows: list[Columns]) -> portraits.Table:
    """The subjects and the scored indicators that any of them has a value for."""
    subjects = sorted({name for one in rows for name in one["subject_id"]})
    place = {name: number for number, name in enumerate(subjects)}
    names = ("value", "sample_size", "window_months", "prior_first", "prior_second")
    held = np.full((len(names), len(subjects), len(rows)), np.nan)
    for column, one in enumerate(rows):
        order = [place[name] for name in one["subject_id"]]
        for number, name in enumerate(names):
            held[number, order, column] = one[name]
    items = [court.catalogue.indicators[one["indicator_id"][0]] for one in rows]
    is_counted = np.array([item.kind == "proportion" and item.shape == "ratio" for item in items], dtype=bool)
    trials = np.where(is_counted, held[1], np.nan)
    return portraits.Table(subjects, items, held[0], held[0] * trials, trials, held[3:], held[2])


def _units(court: Court, kind: SubjectKind) -> list[str]:
    """The units that are the subjects of a kind."""
    found = court.connection.execute(sql.statement("judge_portrait_units"), [kind.unit_type, kind.tagged])
    return [unit for (unit,) in found.fetchall()]


def _missing(court: Court, kind: SubjectKind) -> list[str]:
    """The columns without which there are no such subjects, and which no source records."""
    known = {
        f"{table}.{column}"
        for table, column in court.connection.execute(
            "SELECT DISTINCT table_name, unnest(recorded_columns) FROM snapshot.quality.batch"
        ).fetchall()
    }
    return [need for need in kind.needs if need not in known]


def _keep_kind(court: Court, kind: SubjectKind, missing: list[str]) -> None:
    """Say of a kind whether there are subjects of it, and what they are called."""
    connection = court.connection
    roles = TABLES["staff"].columns["role"].info["codes"]
    codes = pd.DataFrame({"subject_id": list(roles), "name_zh": list(roles.values())})
    connection.register("role_name", codes)
    connection.execute(
        sql.statement("judge_portrait_kind"),
        {
            "kind": kind.id, "name_zh": kind.name.zh, "name_en": kind.name.en, "meaning_zh": kind.meaning.zh,
            "meaning_en": kind.meaning.en, "missing": missing,
        },
    )  # fmt: skip
    connection.execute(sql.statement("judge_portrait_subject"), {"kind": kind.id})
    connection.unregister("role_name")
