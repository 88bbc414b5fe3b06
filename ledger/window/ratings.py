"""Ratings: one for each code, and what was done about a bad one. Who rated is nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts, working_days
from ledger.schema import Rating, VisitCode, new_id, now
from ledger.trail import Recorder
from ledger.window import codes
from model import policy
from model.contract import TABLES
from model.policy import RefusedError

SCALE = tuple(TABLES["evaluation"].columns["rating"].info["codes"])
ASPECTS = ("efficiency_rating", "integrity_rating", "attitude_rating", "convenience_rating")
"""效率 廉洁 态度 便捷."""
BAD = ("dissatisfied", "very_dissatisfied")
CORRECTION_WORKING_DAYS = 15
"""Within how many working days a bad rating is put right: the limit of indicator H8."""
_REFUSAL = {
    "zh": "评价码无效、已使用或已过期。每次服务评价一次。",
    "en": "This code is not valid, was used already or has expired. Each visit is rated once.",
}
_NOT_IN_TURN = {
    "zh": "先登记整改，再登记回访，各登记一次。",
    "en": "First it is put right, then the visitor is asked again; each is recorded once.",
}


@dataclass(frozen=True)
class Visit:
    """What a code stands for."""

    unit_id: str
    service: str | None


def find(session: Session, code: str, key: bytes) -> VisitCode | None:
    """The code, while it can be used: nobody is told why another one cannot."""
    found = session.get(VisitCode, codes.hashed("visit", code, key))
    is_usable = found is not None and found.used_on is None and found.expires_on >= now().date()
    return found if is_usable else None


def visit(session: Session, code: str, key: bytes) -> Visit | None:
    """What a code that can be used stands for."""
    found = find(session, code, key)
    return Visit(found.unit_id, found.service) if found else None


def rate(recorder: Recorder, code: str, key: bytes, rating: str, aspects: Mapping[str, int]) -> Rating:
    """Rate the visit of a code, once. RefusedError where the code cannot be used."""
    policy.require(recorder.actor, "rate_visit")
    if (
        rating not in SCALE
        or set(aspects) - set(ASPECTS)
        or not all(1 <= one <= 5 for one in aspects.values())
    ):
        raise ValueError("no such rating")
    used = find(recorder.session, code, key)
    if used is None:
        raise RefusedError("code", _REFUSAL)
    used.used_on = now().date()
    found = Rating(
        rating_id=new_id(),
        unit_id=used.unit_id,
        service=used.service,
        rating=rating,
        rated_at=now(),
        **aspects,
    )
    recorder.session.add(found)
    recorder.record("rate_visit", "rating", found.rating_id, unit_id=used.unit_id)
    return found


def put_right(recorder: Recorder, rating_id: str, *, is_revisited: bool = False) -> Rating:
    """Record that what a bad rating was about was put right, or after that, that the visitor was asked again."""
    found = recorder.session.get_one(Rating, rating_id)
    path = accounts.path_of(recorder.session, found.unit_id)
    policy.require(recorder.actor, "correct_rating", path=path)
    if found.revisited_at is not None or is_revisited == (found.rectified_at is None):
        raise RefusedError("not_in_turn", _NOT_IN_TURN)
    if is_revisited:
        found.revisited_at = now()
    else:
        found.rectified_at = now()
    recorder.record("correct_rating", "rating", rating_id, unit_id=found.unit_id, is_revisited=is_revisited)
    return found


def bad_ones(session: Session, actor: policy.Actor) -> list[Rating]:
    """The bad ratings that somebody answers for and that are not put right or not asked about again; oldest first."""
    query = select(Rating).where(
        Rating.rating.in_(BAD), Rating.revisited_at.is_(None),
        policy.rows(actor, "correct_rating", Rating.unit_id, accounts.below),
    )  # fmt: skip
    return list(session.scalars(query.order_by(Rating.rated_at, Rating.rating_id)))


def due_on(session: Session, rating: Rating) -> date | None:
    """By when a bad rating has to be put right; None where the working calendar does not reach."""
    try:
        return working_days.after(session, rating.rated_at.date(), CORRECTION_WORKING_DAYS)
    except working_days.OutsideCalendarError:
        return None
