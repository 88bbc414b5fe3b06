"""Making moves: whatever flows through the ledger is moved in one way.

Policy is asked, then whether the row is still the one that the person looked at, then the flow, what is given, and the
move's rules; then the move has its effect and its audit entry is written in the same transaction. It must not know
what is moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import accounts
from ledger.flow import Flow, Move
from ledger.schema import Entry, now
from ledger.trail import Recorder
from model import policy
from model.policy import Actor


class Moved(Protocol):
    """A row that has a state, belongs to a unit, and counts its moves."""

    state: Any
    unit_id: Any
    revision: Any


Item = TypeVar("Item", bound=Moved)


@dataclass(frozen=True)
class Case(Generic[Item]):
    """One move that is asked for: the row, who asks, what they give, and when."""

    session: Session
    actor: Actor
    item: Item
    move: Move
    given: Mapping[str, Any]
    now: datetime

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The row's unit and all above it."""
        return accounts.path_of(self.session, self.item.unit_id)

    @property
    def is_own(self) -> bool:
        """Whether the row is the person's own, wherever it is."""
        return False


Broken = Mapping[str, object] | None
Rule = Callable[[Any], Broken]
Effect = Callable[[Any], None]


def unless(kept: bool) -> Broken:
    """None where a rule is kept; else that it is broken, with nothing more to say."""
    return None if kept else {}


def is_future(day: date | None, case: Case[Any]) -> bool:
    """Whether a date that was given, if any, does not lie in the past."""
    return day is None or day >= case.now.date()


def is_past(day: date | None, case: Case[Any]) -> bool:
    """Whether a date that was given, if any, is not yet to come."""
    return day is None or day <= case.now.date()


def has_done(session: Session, actor: Actor, action: str, kind: str, key: str) -> bool:
    """Whether somebody ever did this to a row, in whatever role, as the trail says."""
    mine = (Entry.object_id == key, Entry.object_kind == kind)
    by_them = (Entry.account == actor.account, Entry.action == action)
    return session.scalar(select(Entry.sequence).where(*mine, *by_them).limit(1)) is not None


@dataclass(frozen=True)
class Machine(Generic[Item]):
    """What flows: its kind, its table, its flow, the rules and effects that the flow names.

    `about_given` are rules that can be judged only once something is given; `any_time` are moves that overtake nobody;
    `after` is called when a move has had its effect.
    """

    kind: str
    model: type[Item]
    flow: Flow
    rules: Mapping[str, Rule]
    effects: Mapping[str, Effect] = field(default_factory=dict)
    case: type[Case[Item]] = Case
    about_given: tuple[str, ...] = ()
    any_time: tuple[str, ...] = ()
    after: Effect | None = None

    def __post_init__(self) -> None:
        named = {rule for move in self.flow.moves.values() for rule in move.rules}
        unknown = (named - set(self.rules)) | (set(self.effects) - set(self.flow.moves))
        if unknown:
            raise ValueError(f"{self.flow.name}: no such rule or move: {', '.join(sorted(unknown))}")

    def get(self, session: Session, key: str) -> Item:
        """The row of this key; RefusedError where there is none."""
        found = session.get(self.model, key)
        if found is None:
            raise self.flow.refused("unknown", key=key)
        return found

    def ask(
        self,
        session: Session,
        actor: Actor,
        key: str,
        name: str,
        given: Mapping[str, Any],
        at: datetime | None = None,
    ) -> Case[Item]:
        """The case of a move."""
        return self.case(session, actor, self.get(session, key), self.flow.moves[name], given, at or now())

    def permit(self, case: Case[Item], purpose: str | None = None) -> None:
        """Ask policy."""
        policy.require(case.actor, case.move.action, path=case.path, is_own=case.is_own, purpose=purpose)

    def act(
        self,
        recorder: Recorder,
        key: str,
        name: str,
        given: Mapping[str, Any],
        at: datetime | None = None,
        revision: int | None = None,
    ) -> Item:
        """Make a move. RefusedError, and nothing changed, where policy, state or a rule forbids it.

        `revision` is the one that the person looked at; None: whatever it is now.
        """
        case = self.ask(recorder.session, recorder.actor, key, name, given, at)
        item, move = case.item, case.move
        self.permit(case)
        if revision is not None and revision != item.revision and name not in self.any_time:
            state = self.flow.states[item.state]
            raise self.flow.refused("changed", state=state.zh, state_en=state.en)
        self.flow.move(name, item.state)
        self.flow.require_given(move, given)
        self.check(case)
        before = item.state
        item.state = move.target or item.state
        if name in self.effects:
            self.effects[name](case)
        item.revision += name not in self.any_time
        if self.after is not None:
            self.after(case)
        recorder.record(
            move.action, self.kind, key, unit_id=item.unit_id, move=name, before=before, after=item.state
        )
        return item

    def check(self, case: Case[Item], *, ahead: bool = False) -> None:
        """RefusedError where a rule of the move is broken; `ahead`: as far as can be said before anything is given."""
        for name in case.move.rules:
            if ahead and name in self.about_given:
                continue
            broken = self.rules[name](case)
            if broken is not None:
                raise self.flow.refused(name, **broken)

    def possible(self, session: Session, actor: Actor, item: Item, at: datetime | None = None) -> list[Move]:
        """The moves that this person could make now, as far as can be said before anything is given."""
        first = self.case(session, actor, item, next(iter(self.flow.moves.values())), {}, at or now())
        found = []
        for move in self.flow.open_from(item.state):
            case = replace(first, move=move)
            try:
                self.permit(case)
                self.check(case, ahead=True)
            except policy.RefusedError:
                continue
            found.append(move)
        return found
