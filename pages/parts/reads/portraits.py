"""Reads of portraits: of whom there are any, one subject's scores over time, its like, and what its scores rest on.

A subject is a unit or another kind that is scored, never a person. It must not format, colour or decide.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import and_, func, select

from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.reads.shared import cached, read

UNIT = "unit"


@cached()
def kinds(snapshot: Snapshot) -> list[str]:
    """The kinds of subjects that have portraits, units first."""
    portrait = relations.portrait
    found = read(snapshot, select(portrait.c.subject_kind).distinct())["subject_kind"]
    return sorted((str(one) for one in found), key=lambda kind: (kind != UNIT, kind))


@cached()
def subjects(snapshot: Snapshot, kind: str) -> pd.DataFrame:
    """Every subject of a kind, in the order of its code: subject_id, name (of units)."""
    portrait, unit = relations.portrait, relations.unit
    return read(
        snapshot,
        select(portrait.c.subject_id, func.any_value(unit.c.name).label("name"))
        .select_from(portrait.outerjoin(unit, unit.c.unit_id == portrait.c.subject_id))
        .where(portrait.c.subject_kind == kind)
        .group_by(portrait.c.subject_id)
        .order_by(portrait.c.subject_id),
    )


@cached()
def of_subject(snapshot: Snapshot, kind: str, subject_id: str) -> pd.DataFrame:
    """All portraits of one subject, the newest first."""
    portrait = relations.portrait
    return read(
        snapshot,
        select(portrait)
        .where(portrait.c.subject_kind == kind, portrait.c.subject_id == subject_id)
        .order_by(portrait.c.period_end.desc(), portrait.c.dimension),
    )


@cached()
def of_level(snapshot: Snapshot, kind: str, level: str, period_end: date) -> pd.DataFrame:
    """The portraits of all subjects that are compared with each other, at the end of one month."""
    portrait = relations.portrait
    return read(
        snapshot,
        select(portrait).where(
            portrait.c.subject_kind == kind, portrait.c.level == level, portrait.c.period_end == period_end
        ),
    )


@cached()
def movers(snapshot: Snapshot, kind: str, subject_id: str, period_end: date) -> pd.DataFrame:
    """The indicators that take most from one overall score, the costliest first."""
    mover = relations.portrait_mover
    return read(
        snapshot,
        select(mover)
        .where(
            mover.c.subject_kind == kind, mover.c.subject_id == subject_id, mover.c.period_end == period_end
        )
        .order_by(mover.c.place),
    )


@cached()
def measured(snapshot: Snapshot, kind: str, level: str, period_end: date) -> pd.DataFrame:
    """What scores rest on: of each indicator the newest comparison of the like subjects up to a month's end."""
    comparison = relations.comparison
    mine = (comparison.c.subject_kind == kind, comparison.c.level == level)
    newest = (
        select(comparison.c.indicator_id, func.max(comparison.c.period_end).label("period_end"))
        .where(*mine, comparison.c.period_end <= period_end)
        .group_by(comparison.c.indicator_id)
        .subquery()
    )
    same = and_(
        newest.c.indicator_id == comparison.c.indicator_id, newest.c.period_end == comparison.c.period_end
    )
    return read(snapshot, select(comparison).select_from(comparison.join(newest, same)).where(*mine))
