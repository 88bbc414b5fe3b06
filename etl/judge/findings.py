"""What a judgement finds worth a warning, as rows that have no id yet.

This module must not judge: rules and levels are those of model/judgement.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etl.judge.court import NUMBERS, SUBJECT, Court, Month, last_day, same
from model.indicators import Indicator
from model.judgement import trend as trends
from model.judgement.declaration import Kind
from model.judgement.series import Columns, Series
from model.judgement.warning import levels
from model.statistics.inputs import Floats


def signals(court: Court, held: Series, points: trends.Points, column: int) -> Columns:
    """What a rule says of one month against a subject, or either way where neither is bad."""
    item = held.item
    against = {"higher": -1, "lower": 1, "none": 0}[item.direction]
    speaks = points.direction == against if against else points.direction != 0
    recent = speaks[:, max(0, column - 2) : column + 1].sum(axis=1)
    chosen = np.flatnonzero(speaks[:, column])
    beyond = np.where(points.direction[:, column] > 0, points.upper[:, column], points.lower[:, column])
    month = held.months[column]
    subjects = {name: column[chosen] for name, column in held.subjects.items()}
    return findings(
        court, item, subjects, "signal", recent[chosen], (month, month),
        value=held.value[chosen, column], threshold=beyond[chosen], sample_size=held.observations[chosen, column],
        evidence_count=np.round(held.evidence[chosen, column]),
    )  # fmt: skip


def outliers(court: Court, item: Indicator, rows: Columns, month: Month) -> Columns:
    """Who differs from its like by more than chance, at the declared false discovery rate."""
    mine = {name: column[rows["adjusted"] <= court.rules.comparison.q] for name, column in rows.items()}
    starts = month - (mine["window_months"].astype(int) - 1)
    return findings(
        court, item, mine, "outlier", mine["adjusted"], (starts, month), value=mine["value"],
        threshold=mine["usual"], sample_size=mine["sample_size"], p=mine["p"], adjusted=mine["adjusted"],
        evidence_count=np.round(mine["evidence"]),
    )  # fmt: skip


def findings(
    court: Court, item: Indicator, subjects: Columns, kind: Kind, numbers: Floats, period: tuple[Any, Month],
    finding: str | None = None, **columns: Any,
) -> Columns:  # fmt: skip
    """Findings as rows of the mart, still without an id; named by `finding`, else by the month."""
    size, (start, end) = len(numbers), period
    is_neutral = np.full(size, item.direction == "none")
    missing = {name: np.full(size, np.nan) for name in NUMBERS if name not in columns}
    return {name: subjects[name] for name in SUBJECT} | columns | missing | {
        "level": np.array(levels(kind, numbers, court.rules.level, is_neutral), dtype=object),
        "period_start": np.broadcast_to(start, size).astype("M8[s]"),
    } | same(
        size, indicator_id=item.id, rule_version=court.version(item), kind=kind, period_end=last_day(end),
        finding=str(end) if finding is None else finding,
    )  # fmt: skip
