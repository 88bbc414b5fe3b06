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
def kinds(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    """The kinds of subjects that have portraits, units first, each with its two names; of units these are empty."""
    portrait, kind = relations.portrait, relations.portrait_kind
    found = read(
        snapshot,
        select(portrait.c.subject_kind, func.any_value(kind.c.name_zh), func.any_value(kind.c.name_en))
        .select_from(portrait.outerjoin(kind, kind.c.subject_kind == portrait.c.subject_kind))
        .group_by(portrait.c.subject_kind),
    )
    named = {str(one): (text(zh), text(en)) for one, zh, en in found.itertuples(index=False)}
    return dict(sorted(named.items(), key=lambda one: (one[0] != UNIT, one[0])))


@cached()
def subjects(snapshot: Snapshot, kind: str) -> pd.DataFrame:
    """Every subject of a kind, in the order of its code: subject_id, name_zh, name_en."""
    portrait, named = relations.portrait, relations.portrait_subject
    same = and_(named.c.subject_kind == portrait.c.subject_kind, named.c.subject_id == portrait.c.subject_id)
    names = [func.any_value(named.c[one]).label(one) for one in ("name_zh", "name_en")]
    return read(
        snapshot,
        select(portrait.c.subject_id, *names)
        .select_from(portrait.outerjoin(named, same))
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
    """What the scores of like subjects at a month's end are made of: a row a subject and scored indicator."""
    part = relations.portrait_part
    return read(
        snapshot,
        select(part).where(
            part.c.subject_kind == kind, part.c.level == level, part.c.period_end == period_end
        ),
    )


def text(value: object) -> str:
    """A text of a DataFrame; empty where it is missing."""
    return str(value) if isinstance(value, str) else ""
