"""How often each rule proved right: of its closed warnings, how many were founded. It must not judge a unit.

A rule that is mostly unfounded says so, so that people look at the rule and not only at what it warns of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.disposition.case import FLOW
from ledger.schema import Disposition

State = Literal["value", "zero", "no_data", "suppressed"]


@dataclass(frozen=True)
class Confirmation:
    """The closed warnings of one rule: how many, how many founded. `share` is None where there are too few."""

    indicator_id: str
    rule_version: str
    kind: str
    closed: int
    founded: int
    data_problems: int

    @property
    def state(self) -> State:
        """Which of the states of a value this is."""
        if not self.closed:
            return "no_data"
        if self.closed < FLOW.rest["confirmation"]["minimum"]:
            return "suppressed"
        return "value" if self.founded else "zero"

    @property
    def share(self) -> float | None:
        """The share of founded warnings."""
        return self.founded / self.closed if self.state in ("value", "zero") else None

    @property
    def is_mostly_unfounded(self) -> bool:
        """Whether the rule is to be looked at again."""
        return self.share is not None and self.share < FLOW.rest["confirmation"]["mostly_unfounded_below"]


def confirmations(session: Session) -> list[Confirmation]:
    """Every rule that ever warned, with what became of its warnings."""
    founded = [name for name, one in FLOW.rest["verdict"].items() if one["is_founded"]]
    is_closed = Disposition.state == "closed"
    rule = (Disposition.indicator_id, Disposition.rule_version, Disposition.kind)
    query = select(
        *rule,
        func.count().filter(is_closed),
        func.count().filter(is_closed, Disposition.verdict.in_(founded)),
        func.count().filter(is_closed, Disposition.verdict == "data_problem"),
    )
    return [Confirmation(*row) for row in session.execute(query.group_by(*rule).order_by(*rule))]
