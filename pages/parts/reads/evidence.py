"""Reads of the records behind a number: which rows an indicator counted for a subject and month, and which way.

A column that identifies a person never leaves it. It must not format, colour or decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from model import warehouse
from model.contract import TABLES
from model.indicators import Catalogue, Indicator, catalogue
from model.indicators.evidence import Subject, left_out, records
from model.indicators.facts import lay
from model.warehouse import Snapshot
from pages.parts.reads.shared import LISTED, NOBODY, cached

_OF_PERSONS = {"officer_team"}
"""What a view derives that names persons."""
_OWN = ("stratum", "numerator", "denominator", "observation")


@dataclass(frozen=True)
class Evidence:
    """The records of one number. `rows`: what may be shown of each, `is_adverse` (None where a record alone says
    nothing) and `is_left_out`; at most LISTED, those that speak against the subject first, those that the number does
    without last. `total`: how many it counts; `left_out`: how many not. `hidden`: names withheld."""

    rows: pd.DataFrame
    total: int
    left_out: int
    adverse: int | None
    hidden: tuple[str, ...]


@cached()
def behind(snapshot: Snapshot, indicator_id: str, kind: str, subject_id: str, month: date) -> Evidence | None:
    """The records that one number counts; None where the indicator is not computable on this snapshot."""
    declared = catalogue()
    item = declared.indicators[indicator_id]
    with warehouse.beside(snapshot) as connection:
        ground = lay(connection, declared)
        if ground.states[indicator_id].missing:
            return None
        found = records(ground, item, Subject(kind, subject_id), month)
    return _shown(declared, item, found)


def _shown(declared: Catalogue, item: Indicator, found: pd.DataFrame) -> Evidence:
    columns = TABLES[declared.views[item.view].table].columns
    personal = {one.name for one in columns if one.info["pii"] not in NOBODY} | _OF_PERSONS
    hidden = tuple(str(name) for name in found.columns if name in personal)
    found = found.assign(is_adverse=_adverse(item, found), is_left_out=left_out(item, found))
    judged = found["is_adverse"].dropna()
    order = found.sort_values("is_adverse", ascending=False, kind="stable", na_position="last")
    order = order.sort_values("is_left_out", kind="stable")
    without = int(found["is_left_out"].sum())
    kept = [name for name in order.columns if name not in (*hidden, *_OWN)]
    return Evidence(
        order[kept].head(LISTED).reset_index(drop=True),
        len(found) - without,
        without,
        int(judged.sum()) if len(judged) else None,
        hidden,
    )


def _adverse(item: Indicator, found: pd.DataFrame) -> pd.Series:
    """Whether each record speaks against the subject: counted, and on the wrong side of a condition."""
    is_condition = item.numerator.form == "where" and item.denominator.form == "where"
    if item.direction == "none" or not is_condition:
        return pd.Series([None] * len(found), index=found.index, dtype=object)
    is_counted, fulfils = found["denominator"].notna(), found["numerator"].notna()
    wrong = fulfils if item.direction == "lower" else is_counted & ~fulfils
    return wrong.astype(object)  # an object column, so that None may stand in it
