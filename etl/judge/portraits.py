"""Portraits of all subjects at the newest month, kind by kind, from the newest comparison of each indicator.

What a portrait is, is said in model/judgement/portrait.py; here values and counts become its tables. This module must
not compute a score.
"""

from __future__ import annotations

import numpy as np

from etl.judge.court import Court, Judged, insert, last_day, same
from model.judgement import portrait as portraits
from model.judgement.series import Columns


def judge_portraits(court: Court, judged: Judged) -> None:
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
            told.append(found | same(len(found["score"]), level=level))
            lost.append(portraits.movers(table, dimensions, court.rules.portrait))
    for mart, parts in (("portrait", told), ("portrait_mover", lost)):
        end = last_day(court.newest)
        insert(connection, mart, [
            part | same(len(part["score"]), subject_kind="unit", period_end=end) for part in parts
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
