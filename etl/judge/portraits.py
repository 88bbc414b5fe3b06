"""Portraits of all subjects at the newest month: units type by type, and the other kinds as they are declared.

What a portrait is, is said in model/judgement/portrait.py, whom there are portraits of in subjects.toml; here values
and counts become its tables. This module must not compute a score.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl import sql
from etl.judge.court import Court, Judged, insert, last_day, same
from etl.judge.facts import comparison_rows
from etl.judge.groups import group_series
from model.contract import TABLES
from model.indicators import Indicator
from model.indicators.facts import Ground
from model.judgement import comparison as comparisons
from model.judgement import portrait as portraits
from model.judgement.series import Columns
from model.judgement.subjects import SubjectKind, check_against, subject_kinds
from model.statistics.inputs import Flags

UNIT = "unit"


def judge_portraits(court: Court, ground: Ground, judged: Judged) -> None:
    """Portraits of units and of every declared kind of subjects, from the newest comparison of each indicator."""
    kinds = subject_kinds()
    check_against(kinds, court.catalogue)
    court.connection.execute(sql.statement("judge_portrait_table"))
    newest = {rows["indicator_id"][0]: rows for rows in judged.comparison if len(rows["value"])}
    of_units = [_chosen(rows, rows["subject_kind"] == UNIT) for rows in newest.values()]
    for level in sorted({level for rows in of_units for level in rows["level"]}):
        _draw(court, UNIT, level, [_chosen(rows, rows["level"] == level) for rows in of_units])
    for kind in kinds:
        missing = _missing(court, kind)
        rows = [] if missing else _of_kind(court, ground, kind, list(newest.values()))
        judged.comparison += [one for one in rows if not _is_known(one, newest)]
        _draw(court, kind.id, kind.id, rows)
        _keep_kind(court, kind, missing)


def _is_known(rows: Columns, newest: dict[str, Columns]) -> bool:
    """True for rows that the comparison of their indicator holds already."""
    return rows["subject_kind"][0] in newest[rows["indicator_id"][0]]["subject_kind"]


def _chosen(rows: Columns, chosen: Flags, **changed: str) -> Columns:
    """Some of the rows; changed: columns that hold another value in all of them."""
    return {name: column[chosen] for name, column in rows.items()} | same(int(chosen.sum()), **changed)


def _of_kind(court: Court, ground: Ground, kind: SubjectKind, newest: list[Columns]) -> list[Columns]:
    """The comparisons of the subjects of one kind: of its units among themselves, or of its groups."""
    if not kind.parts:
        found = court.connection.execute(sql.statement("judge_portrait_units"), [kind.unit_type, kind.tagged])
        units = [unit for (unit,) in found.fetchall()]
        return [
            _chosen(rows, mine, subject_kind=kind.id, level=kind.id)
            for rows in newest
            if (mine := (rows["subject_kind"] == UNIT) & np.isin(rows["subject_id"], units)).any()
        ]
    rows, groups = [], set()
    for held in group_series(court, ground, kind):
        compared = comparisons.compare(held, court.rules.windows, court.rules.comparison)
        rows.append(comparison_rows(court, held.item, compared, held.months[-1]))
        groups |= set(held.subjects["subject_id"])
    for known in newest:
        mine = (known["subject_kind"] == kind.id) & np.isin(known["subject_id"], list(groups))
        rows += [_chosen(known, mine)] if mine.any() else []
    return rows


def _draw(court: Court, kind: str, level: str, rows: list[Columns]) -> None:
    """Write the portraits of subjects that are alike, and what takes most from them."""
    told_of = [one for one in rows if len(one["value"])]
    table = _table(court, [one for one in told_of if portraits.is_scored(_item(court, one))])
    if not table.indicators:
        return
    dimensions, end = list(court.catalogue.dimensions), last_day(court.newest)
    for mart, told in (("portrait", portraits.portraits), ("portrait_mover", portraits.movers)):
        found = told(table, dimensions, court.rules.portrait)
        more = same(len(found["score"]), subject_kind=kind, level=level, period_end=end)
        insert(court.connection, mart, [found | more])


def _item(court: Court, rows: Columns) -> Indicator:
    return court.catalogue.indicators[rows["indicator_id"][0]]


def _table(court: Court, rows: list[Columns]) -> portraits.Table:
    """The subjects and the scored indicators that any of them has a value for."""
    mine = [one for one in rows if (~np.isnan(one["value"])).any()]
    subjects = sorted({name for one in mine for name in one["subject_id"]})
    place = {name: number for number, name in enumerate(subjects)}
    names = ("value", "sample_size", "window_months", "prior_first", "prior_second")
    held = np.full((len(names), len(subjects), len(mine)), np.nan)
    for column, one in enumerate(mine):
        order = [place[name] for name in one["subject_id"]]
        for number, name in enumerate(names):
            held[number, order, column] = one[name]
    items = [_item(court, one) for one in mine]
    is_counted = np.array([item.kind == "proportion" and item.shape == "ratio" for item in items], dtype=bool)
    trials = np.where(is_counted, held[1], np.nan)
    return portraits.Table(subjects, items, held[0], held[0] * trials, trials, held[3:], held[2])


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
