"""Anybody tries any move at any time: what the ledger then holds is always what the rules allow, and is proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger_fixture import LOADER, Databases, databases, settle
from sqlalchemy import func, select
from test_ledger_disposition import ALL, NOW, ONE, PEOPLE, STAFF, calendar

from ledger import proof
from ledger.disposition import concerned, handling
from ledger.disposition.case import FLOW, Given
from ledger.disposition.syncing import sync
from ledger.schema import Disposition, Step, WorkingDay
from ledger.storage import Ledger
from model import policy
from model.policy import RefusedError

__all__ = ["databases"]
SAID = st.sampled_from(["说明", "", None])
GIVEN = st.builds(
    Given,
    text=SAID,
    handler=st.sampled_from([*PEOPLE, "nobody", None]),
    due_on=st.sampled_from([None, date(2026, 12, 20), date(2020, 1, 1)]),
    verdict=st.sampled_from([*FLOW.rest["verdict"], "guilty", None]),
    measure=st.sampled_from([*FLOW.rest["measure"], None]),
    rectify_by=st.sampled_from([None, date(2026, 12, 20)]),
)
USUAL = {
    "assign": ("manager", Given(handler="worker")),
    "begin": ("worker", Given()),
    "dispose": ("worker", Given(text="说明", verdict="work_flaw", measure="reminder_talk")),
    "review": ("secretary", Given()),
    "close": ("manager", Given()),
    "reopen": ("discipline", Given(text="重开")),
}


class Handling(RuleBasedStateMachine):
    """One warning, ten people, and a clock that goes on. The model knows state, handler and who was concerned."""

    ledger: ClassVar[Ledger]
    numbers: ClassVar[Iterator[int]]

    def __init__(self) -> None:
        super().__init__()
        self.one = replace(ONE, warning_id=f"w{next(self.numbers)}")
        with self.ledger.write(LOADER) as recorder:
            sync(recorder, [self.one], {}, NOW)
        self.at = NOW
        self.state, self.handler = "raised", None
        self.concerned: set[str] = set()
        self.moves = 0

    def item(self) -> Disposition:
        with self.ledger.read() as session:
            return session.get_one(Disposition, self.one.warning_id)

    def attempt(self, who: str, move: str, given: Given) -> bool:
        before = self.item()
        try:
            with self.ledger.write(ALL[who]) as recorder:
                handling.act(recorder, self.one.warning_id, move, given, self.at)
        except RefusedError:
            after = self.item()
            assert {key: value for key, value in vars(after).items() if key[0] != "_"} == {
                key: value for key, value in vars(before).items() if key[0] != "_"
            }
            return False
        declared = FLOW.moves[move]
        assert self.state in declared.sources, "a move out of turn was made"
        assert policy.allows(ALL[who], declared.action)
        self.state = declared.target or self.state
        self.moves += 1
        self._expect(who, move, given)
        return True

    def _expect(self, who: str, move: str, given: Given) -> None:
        """What must have been so, for the move to be made."""
        staff = STAFF[who]
        if move in ("assign", "reassign"):
            self.handler = given.handler
            assert STAFF[str(self.handler)] not in self.concerned
        if move in ("begin", "dispose", "rectify"):
            assert who == self.handler
        if move in ("review", "send_back", "close"):
            assert who != self.handler
        if move in ("begin", "dispose", "review", "send_back", "close", "reopen"):
            assert staff not in self.concerned
        if move == "state_side":
            assert staff in self.concerned
        if move == "reopen":
            self.handler = None

    @rule(who=st.sampled_from([*PEOPLE]), move=st.sampled_from([*FLOW.moves]), given=GIVEN)
    def anybody_tries_anything(self, who: str, move: str, given: Given) -> None:
        self.attempt(who, move, given)

    @rule(data=st.data())
    def somebody_does_what_is_usual(self, data: st.DataObject) -> None:
        offered = [name for name in USUAL if self.state in FLOW.moves[name].sources]
        if offered:
            name = data.draw(st.sampled_from(offered))
            self.attempt(USUAL[name][0], name, USUAL[name][1])

    @rule(who=st.sampled_from([*PEOPLE]))
    def somebody_is_named_as_concerned(self, who: str) -> None:
        try:
            with self.ledger.write(ALL["discipline"]) as recorder:
                concerned.name(recorder, self.one.warning_id, (STAFF[who],), "核实")
        except RefusedError:
            assert who == self.handler or STAFF["discipline"] in self.concerned
            return
        assert STAFF["discipline"] not in self.concerned, "who is concerned names nobody"
        self.concerned.add(STAFF[who])

    @precondition(lambda self: self.at < datetime(2027, 1, 10))
    @rule(days=st.integers(0, 9))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(is_shown=st.booleans())
    def a_snapshot_comes(self, is_shown: bool) -> None:
        with self.ledger.write(LOADER) as recorder:
            sync(recorder, [self.one] if is_shown else [], {}, self.at)

    @invariant()
    def the_record_is_well_formed(self) -> None:
        item = self.item()
        assert (item.state, item.handler) == (self.state, self.handler)
        assert (item.closed_at is not None) == (item.state == "closed")
        if item.state in ("disposed", "reviewed", "closed"):
            assert item.verdict
            measures = FLOW.rest["verdict"][item.verdict]["measures"]
            assert item.measure is None or item.measure in measures
        if item.state in ("reviewed", "closed"):
            assert item.reviewer and item.reviewer != item.handler
        if item.state == "closed":
            assert item.rectify_by is None or item.rectified_at is not None
        if item.state not in ("raised", "reopened"):
            assert item.handler and item.due_at

    def teardown(self) -> None:
        found = proof.verify(self.ledger)
        assert found.holds, found.findings
        with self.ledger.read() as session:
            mine = Step.warning_id == self.one.warning_id
            assert session.scalar(select(func.count()).select_from(Step).where(mine)) == self.moves


def test_whatever_people_try_the_ledger_holds(databases: Databases) -> None:
    found = databases.new()
    settle(found, PEOPLE, STAFF)
    with found.write(LOADER) as recorder:
        recorder.replace_register("sync", WorkingDay, calendar(days=90))
    here = type("Here", (Handling,), {"ledger": found, "numbers": count()})
    chosen = settings(
        max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(here, settings=chosen)
    found.close()
