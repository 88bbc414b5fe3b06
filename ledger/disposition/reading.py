"""What people see of dispositions: the list that is theirs to see, one warning with its history, what is late.

Every select is limited by policy. It must not write, and never gives whom a warning concerns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from ledger import accounts, attachments
from ledger.disposition import handling, rules
from ledger.disposition.case import FLOW, Case, own
from ledger.flow import Move
from ledger.schema import Account, Attachment, Disposition, Step, now
from model import policy
from model.judgement.declaration import LEVELS
from model.policy import Actor

OPEN = tuple(state for state in FLOW.states if state != "closed")


@dataclass(frozen=True)
class Detail:
    """One warning as one person sees it: its history, its attachments, and what they can do now."""

    item: Disposition
    steps: list[Step]
    attachments: list[Attachment]
    moves: list[Move]
    is_late: bool
    is_handler: bool
    is_concerned: bool


def listed(
    session: Session, actor: Actor, states: Sequence[str] = OPEN, unit_id: str | None = None, limit: int = 500
) -> list[Disposition]:
    """The warnings that a person may see, the most urgent first: by what is due, else by level."""
    query = select(Disposition).where(_visible(actor), Disposition.state.in_(states))
    if unit_id is not None:
        query = query.where(Disposition.unit_id.in_(accounts.below(unit_id)))
    level = case({name: place for place, name in enumerate(LEVELS)}, value=Disposition.level).desc()
    order = (
        Disposition.due_at.is_(None),
        Disposition.due_at,
        level,
        Disposition.raised_at,
        Disposition.warning_id,
    )
    return list(session.scalars(query.order_by(*order).limit(limit)))


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many warnings that a person may see are in each state; a withdrawn one that nobody took up is not counted."""
    is_idle = (Disposition.state == "raised") & Disposition.withdrawn_on.is_not(None)
    query = (
        select(Disposition.state, func.count()).where(_visible(actor), ~is_idle).group_by(Disposition.state)
    )
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in FLOW.states}


def detail(session: Session, actor: Actor, warning_id: str, at: datetime | None = None) -> Detail:
    """One warning. RefusedError where it is not there, or not this person's to see."""
    when = at or now()
    case = handling.MACHINE.ask(session, actor, warning_id, "comment", {}, when)
    assert isinstance(case, Case)
    item = case.item
    policy.require(actor, "see_warnings", path=case.path, is_own=case.is_own)
    steps = session.scalars(select(Step).where(Step.warning_id == warning_id).order_by(Step.number))
    return Detail(
        item,
        [_as_seen(actor, step) for step in steps],
        attachments.of(session, handling.KIND, warning_id),
        handling.MACHINE.possible(session, actor, item, when),
        case.is_late and item.state != "closed",
        case.is_handler,
        case.is_concerned,
    )


def _as_seen(actor: Actor, step: Step) -> Step:
    """A step without who made it where that would tell whom the warning concerns."""
    if step.move != "state_side" or step.account == actor.account:
        return step
    kept = {column.name: getattr(step, column.name) for column in Step.__table__.columns}
    return Step(**kept | {"account": "", "role": ""})


def late(session: Session, at: datetime) -> list[str]:
    """The warnings that are late and not closed."""
    query = select(Disposition.warning_id).where(Disposition.due_at < at, Disposition.state.in_(OPEN))
    return list(session.scalars(query.order_by(Disposition.warning_id)))


def handlers(session: Session, actor: Actor, item: Disposition) -> list[Account]:
    """Who could be given a warning by this person: open accounts that may handle, within reach."""
    case = Case(session, actor, item, FLOW.moves["assign"], {}, now())
    able = accounts.able(session, actor, rules.HANDLING)
    return [one for one in able if one.staff_id not in case.concerned]


def _visible(actor: Actor) -> ColumnElement[bool]:
    return policy.rows(actor, "see_warnings", Disposition.unit_id, accounts.below, own(actor))
