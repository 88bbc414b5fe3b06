"""One move that is asked for: the warning, who asks, what they give, and everything that a rule may look at.

It exists so that rules and effects are small functions of one argument. It must not decide.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from ledger import flow, moves
from ledger.schema import Concerned, Disposition, Step
from model.policy import Actor

FLOW = flow.read(Path(__file__).parent / "disposition.toml")


@dataclass(frozen=True)
class Given:
    """What a person fills in."""

    text: str | None = None
    handler: str | None = None
    due_on: date | None = None
    verdict: str | None = None
    measure: str | None = None
    rectify_by: date | None = None

    def fields(self) -> dict[str, Any]:
        """What was given, by field."""
        return asdict(self)


class Case(moves.Case[Disposition]):
    """A move of one warning by one person at one moment."""

    @cached_property
    def concerned(self) -> frozenset[str]:
        """The work numbers of the persons concerned."""
        query = select(Concerned.staff_id).where(Concerned.warning_id == self.item.warning_id)
        return frozenset(self.session.scalars(query))

    @property
    def is_concerned(self) -> bool:
        """Whether the warning concerns who asks."""
        return self.actor.staff_id is not None and self.actor.staff_id in self.concerned

    @property
    def is_handler(self) -> bool:
        """Whether who asks is the handler."""
        return self.item.handler == self.actor.account

    @property
    def is_own(self) -> bool:
        """What one handles or is concerned by is one's own, wherever it is."""
        return self.is_handler or self.is_concerned

    @property
    def is_late(self) -> bool:
        """Whether the due date has passed."""
        return self.item.due_at is not None and self.item.due_at < self.now

    def number_of_last(self, move: str) -> int:
        """Which step of the warning this move last was; 0 where it was never made."""
        mine = (Step.warning_id == self.item.warning_id, Step.move == move)
        return self.session.scalar(select(func.max(Step.number)).where(*mine)) or 0


def own(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a warning is a person's own: they handle it, or it concerns them."""
    return or_(Disposition.handler == actor.account, concerns(actor))


def concerns(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a warning concerns a person; somebody without a work number is named in none."""
    mine = Concerned.staff_id == actor.staff_id
    return exists().where(Concerned.warning_id == Disposition.warning_id, mine)
