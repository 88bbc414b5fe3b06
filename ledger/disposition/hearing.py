"""What a person sees of the warnings that concern them, whatever their role: enough to state their side, and no more.

Who handles a warning, what others wrote and what was attached are not here. It must not write.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts
from ledger.disposition.case import FLOW, Case, concerns
from ledger.disposition.handling import MACHINE
from ledger.flow import Move
from ledger.schema import Disposition, Step
from model import policy
from model.policy import Actor

STATING = FLOW.moves["state_side"]
"""The move by which somebody states their side; before a warning is given to a handler there is nothing to answer."""


@dataclass(frozen=True)
class Hearing:
    """One warning as the person sees it whom it concerns: what it says, what was decided, and what they said so far."""

    item: Disposition
    said: list[Step]
    moves: list[Move]


def listed(session: Session, actor: Actor) -> list[Disposition]:
    """The warnings that concern a person, as soon as they can state their side, the newest first."""
    mine = policy.rows(actor, STATING.action, Disposition.unit_id, accounts.below, concerns(actor))
    query = select(Disposition).where(mine, Disposition.state.in_(STATING.sources))
    return list(session.scalars(query.order_by(Disposition.raised_at.desc(), Disposition.warning_id)))


def one(session: Session, actor: Actor, warning_id: str) -> Hearing:
    """One of them. RefusedError where it is not there, or does not concern this person."""
    case = MACHINE.ask(session, actor, warning_id, STATING.id, {})
    assert isinstance(case, Case)
    MACHINE.permit(case)
    MACHINE.check(case)
    FLOW.move(STATING.id, case.item.state)
    query = select(Step).where(Step.warning_id == warning_id, Step.account == actor.account)
    said = session.scalars(query.where(Step.move == STATING.id).order_by(Step.number))
    return Hearing(case.item, list(said), [STATING])
