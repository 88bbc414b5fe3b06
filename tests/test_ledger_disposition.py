"""A warning handled to its end: who may make which move when, and that nothing else is possible."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ledger_fixture import LOADER, databases, ledger, settle
from sqlalchemy import select

from ledger import proof, snapshot
from ledger.__main__ import main
from ledger.disposition import concerned, handling, hearing, outcome, reading, upkeep
from ledger.disposition.case import FLOW, Given
from ledger.disposition.syncing import Raised, Synced, sync
from ledger.schema import Concerned, Disposition, Entry, Step, WorkingDay
from ledger.storage import Ledger
from model.policy import Actor, RefusedError
from model.warehouse import CURRENT, MANIFEST, Snapshot

__all__ = ["databases", "ledger"]
NOW = datetime(2026, 11, 20, 10)  # a Friday
PEOPLE = {
    "head": ("office_head", "990101-S01"),
    "worker": ("field_staff", "990101-S01"),
    "other": ("field_staff", "990101-S02"),
    "secretary": ("branch_secretary", "990101-S01"),
    "manager": ("manager", "990101"),
    "far": ("manager", "990102"),
    "discipline": ("discipline", None),
    "admin": ("administrator", None),
    "analyst": ("analyst", None),
}
STAFF = {name: f"P-{name}" for name in PEOPLE}
ALL = {name: Actor(name, role, unit, STAFF[name]) for name, (role, unit) in PEOPLE.items()}
ONE = Raised(
    "w1",
    "L1",
    "1.1",
    "990101-S01",
    "unit",
    "signal",
    "red",
    date(2026, 10, 1),
    date(2026, 10, 31),
    0.7,
    0.9,
    113,
)
DISPOSED = Given(text="核对了台账", verdict="work_flaw", measure="reminder_talk")


def calendar(first: date = date(2026, 11, 1), days: int = 60) -> list[dict[str, Any]]:
    found = [first + timedelta(days=number) for number in range(days)]
    return [{"date": day, "is_working_day": day.weekday() < 5} for day in found]


def raise_all(
    ledger: Ledger, *raised: Raised, reasons: dict[str, str] | None = None, at: datetime = NOW
) -> Synced:
    with ledger.write(LOADER) as recorder:
        return sync(recorder, raised, reasons or {}, at)


@pytest.fixture
def bureau(ledger: Ledger) -> Ledger:
    """People, a calendar and one warning."""
    settle(ledger, PEOPLE, STAFF)
    with ledger.write(LOADER) as recorder:
        recorder.replace_register("sync", WorkingDay, calendar())
    raise_all(ledger, replace(ONE, concerned=(STAFF["other"],)))
    return ledger


def act(
    ledger: Ledger,
    who: str,
    move: str,
    at: datetime = NOW,
    warning: str = "w1",
    revision: int | None = None,
    **given: Any,
) -> Disposition:
    with ledger.write(ALL[who]) as recorder:
        return handling.act(recorder, warning, move, Given(**given), at, revision)


def refusal(ledger: Ledger, who: str, move: str, at: datetime = NOW, **given: Any) -> str:
    """The code of the refusal; nothing may have changed."""
    before = everything(ledger)
    with pytest.raises(RefusedError) as found:
        act(ledger, who, move, at, **given)
    assert everything(ledger) == before
    assert found.value.zh and found.value.en and "{" not in found.value.zh + found.value.en
    return found.value.code


def everything(ledger: Ledger) -> list[Any]:
    with ledger.read() as session:
        tables = (Disposition.__table__, Step.__table__, Entry.__table__)
        return [session.execute(select(table).order_by(*table.primary_key)).all() for table in tables]


def to_disposed(ledger: Ledger, **given: Any) -> None:
    act(ledger, "head", "assign", handler="worker")
    act(ledger, "worker", "begin")
    act(ledger, "worker", "dispose", **{**DISPOSED.fields(), **given})


def item(ledger: Ledger, warning: str = "w1") -> Disposition:
    with ledger.read() as session:
        return session.get_one(Disposition, warning)


# --- the whole life ---------------------------------------------------------------------------------------------------


def test_the_whole_life_of_a_warning_by_four_people(bureau: Ledger) -> None:
    to_disposed(bureau)
    act(bureau, "secretary", "review")
    closed = act(bureau, "manager", "close", at=NOW + timedelta(days=1))
    assert (closed.state, closed.handler, closed.reviewer) == ("closed", "worker", "secretary")
    assert closed.due_at == datetime(2026, 11, 27, 23, 59, 59), "five working days after Friday"
    assert closed.closed_at == NOW + timedelta(days=1)
    with bureau.read() as session:
        steps = list(session.scalars(select(Step).order_by(Step.number)))
        told = session.scalars(
            select(Entry).where(Entry.object_kind == "warning").order_by(Entry.sequence)
        ).all()
    assert [step.move for step in steps] == ["assign", "begin", "dispose", "review", "close"]
    assert [step.account for step in steps] == ["head", "worker", "worker", "secretary", "manager"]
    moves = [json.loads(entry.content) for entry in told if entry.action != "sync"]
    assert [(one["before"], one["after"]) for one in moves][-1] == ("reviewed", "closed")
    assert not any("核对了台账" in entry.content for entry in told), (
        "free text stands in the trail by its digest"
    )
    assert proof.verify(bureau).holds


def test_a_warning_is_reopened_with_a_new_limit(bureau: Ledger) -> None:
    to_disposed(bureau)
    act(bureau, "secretary", "review")
    act(bureau, "manager", "close")
    assert refusal(bureau, "manager", "reopen") == "needed"
    again = act(bureau, "discipline", "reopen", at=NOW + timedelta(days=10), text="新证据")
    assert (again.state, again.verdict, again.closed_at, again.handler) == ("reopened", None, None, None)
    assert again.due_at == datetime(2026, 12, 7, 23, 59, 59)
    assert act(bureau, "head", "assign", handler="worker").state == "assigned"


def test_a_reviewer_sends_back_and_the_handler_disposes_again(bureau: Ledger) -> None:
    to_disposed(bureau)
    assert refusal(bureau, "secretary", "send_back") == "needed"
    back = act(bureau, "secretary", "send_back", text="证据不足")
    assert (back.state, back.verdict, back.disposed_at) == ("verifying", None, None)
    assert act(bureau, "worker", "dispose", **DISPOSED.fields()).state == "disposed"


# --- what is refused --------------------------------------------------------------------------------------------------


def test_every_move_from_every_state_is_made_or_refused_as_declared() -> None:
    """The discipline role may do everything, so that only the state decides."""
    for state in FLOW.states:
        for move in FLOW.moves.values():
            if state not in move.sources:
                with pytest.raises(RefusedError) as found:
                    FLOW.move(move.id, state)
                assert found.value.code == "state"
            else:
                assert FLOW.move(move.id, state) is move


def test_a_move_out_of_turn_says_in_which_state_the_warning_is(bureau: Ledger) -> None:
    with pytest.raises(RefusedError) as found:
        act(bureau, "discipline", "close")
    assert found.value.zh == "当前状态为“已触发”，不能销号。"
    assert found.value.en == "The warning is “raised”: it is not possible to close now."


def test_who_handles_may_not_be_concerned(bureau: Ledger) -> None:
    assert refusal(bureau, "manager", "assign", handler="other") == "handler_not_concerned"
    act(bureau, "manager", "assign", handler="worker")
    with pytest.raises(RefusedError) as found, bureau.write(ALL["discipline"]) as recorder:
        concerned.name(recorder, "w1", (STAFF["worker"],), "核实中发现")
    assert found.value.code == "handler_is_concerned" and "请先改派" in found.value.zh
    with bureau.write(ALL["discipline"]) as recorder:
        concerned.name(recorder, "w1", (STAFF["head"],), "核实中发现")
    act(bureau, "worker", "begin")
    act(bureau, "worker", "dispose", **DISPOSED.fields())
    assert refusal(bureau, "head", "review") == "not_concerned"


def test_a_review_by_somebody_who_proves_concerned_does_not_count(bureau: Ledger) -> None:
    to_disposed(bureau)
    act(bureau, "secretary", "review")
    with bureau.write(ALL["discipline"]) as recorder:
        concerned.name(recorder, "w1", (STAFF["secretary"],), "复核后发现")
    assert refusal(bureau, "manager", "close") == "reviewer_not_concerned"
    act(bureau, "head", "send_back", text="重新复核")
    act(bureau, "worker", "dispose", **DISPOSED.fields())
    assert refusal(bureau, "secretary", "review") == "not_concerned"
    act(bureau, "head", "review")
    assert act(bureau, "manager", "close").state == "closed"


def test_a_disposition_by_somebody_whom_a_corrected_record_names_does_not_count(bureau: Ledger) -> None:
    to_disposed(bureau)
    raise_all(bureau, replace(ONE, concerned=(STAFF["worker"],)))
    assert refusal(bureau, "secretary", "review") == "disposer_not_concerned"
    act(bureau, "secretary", "send_back", text="承办人须回避")
    act(bureau, "head", "reassign", handler="head", text="改派")
    act(bureau, "head", "begin")
    act(bureau, "head", "dispose", **DISPOSED.fields())
    act(bureau, "secretary", "review")
    raise_all(bureau, replace(ONE, concerned=(STAFF["worker"], STAFF["head"])))
    assert refusal(bureau, "manager", "close") == "disposer_not_concerned"
    assert proof.verify(bureau).holds


def test_who_was_named_by_mistake_is_taken_back_for_a_purpose_and_not_by_who_is_concerned(
    bureau: Ledger,
) -> None:
    who = ALL["discipline"]
    for given, purpose, code in ((("P-x",), "更正", "not_named"), ((" ",), "更正", "needed"),
                                 ((STAFF["other"],), " ", "purpose")):  # fmt: skip
        with pytest.raises(RefusedError) as found, bureau.write(who) as recorder:
            concerned.take_back(recorder, "w1", given, purpose)
        assert found.value.code == code and "{" not in found.value.zh + found.value.en
    with bureau.write(who) as recorder:
        concerned.take_back(recorder, "w1", (STAFF["other"],), "登记有误")
        assert concerned.see(recorder, "w1", "核对") == []
    assert act(bureau, "manager", "assign", handler="other").handler == "other"
    with bureau.write(who) as recorder:
        concerned.name(recorder, "w1", (STAFF["discipline"],), "本人回避")
    for attempt in (concerned.name, concerned.take_back):
        with pytest.raises(RefusedError) as found, bureau.write(who) as recorder:
            attempt(recorder, "w1", (STAFF["discipline"],), "更正")
        assert found.value.code == "not_concerned"
    with pytest.raises(RefusedError) as found, bureau.write(who) as recorder:
        concerned.see(recorder, "w1", "核对")
    assert found.value.code == "not_concerned"
    assert proof.verify(bureau).holds


def test_who_handled_may_not_review_or_close(bureau: Ledger) -> None:
    act(bureau, "manager", "assign", handler="secretary")
    act(bureau, "secretary", "begin")
    act(bureau, "secretary", "dispose", **DISPOSED.fields())
    assert refusal(bureau, "secretary", "review") == "not_by_handler"
    act(bureau, "head", "review")
    assert refusal(bureau, "secretary", "close") == "role"


def test_only_the_handler_verifies_and_disposes(bureau: Ledger) -> None:
    act(bureau, "head", "assign", handler="worker")
    assert refusal(bureau, "head", "begin") == "by_handler"
    act(bureau, "worker", "begin")
    assert refusal(bureau, "secretary", "dispose", **DISPOSED.fields()) == "by_handler"


@pytest.mark.parametrize(
    ("who", "move", "code"),
    [
        ("far", "assign", "reach"),
        ("other", "assign", "role"),
        ("admin", "assign", "role"),
        ("analyst", "comment", "role"),
        ("admin", "comment", "role"),
        ("worker", "comment", "reach"),
    ],
)
def test_who_is_not_entitled_is_refused(bureau: Ledger, who: str, move: str, code: str) -> None:
    assert refusal(bureau, who, move, handler="worker", text="说明") == code


@pytest.mark.parametrize("handler", ["nobody", "analyst", "admin", "far"])
def test_a_handler_must_be_one_who_may_handle_within_reach(bureau: Ledger, handler: str) -> None:
    assert refusal(bureau, "manager", "assign", handler=handler) == "handler_may_handle"


@pytest.mark.parametrize(
    ("verdict", "measure", "fits"),
    [
        ("work_flaw", None, False), ("work_flaw", "refer_to_discipline_group", False),
        ("work_flaw", "reminder_talk", True),
        ("reasonable", None, True), ("reasonable", "reminder_talk", False), ("data_problem", "supplement_data", True),
        ("transferred", "refer_to_discipline_group", True), ("guilty", None, False),
    ],
)  # fmt: skip
def test_a_measure_goes_with_its_verdict(
    bureau: Ledger, verdict: str, measure: str | None, fits: bool
) -> None:
    act(bureau, "head", "assign", handler="worker")
    act(bureau, "worker", "begin")
    given = {"text": "说明", "verdict": verdict, "measure": measure}
    if fits:
        assert act(bureau, "worker", "dispose", **given).verdict == verdict
    else:
        assert refusal(bureau, "worker", "dispose", **given) == "measure_fits"


def test_what_is_to_be_rectified_is_closed_only_after(bureau: Ledger) -> None:
    given = {"text": "说明", "verdict": "needs_rectification", "measure": "correction_by_deadline"}
    act(bureau, "head", "assign", handler="worker")
    act(bureau, "worker", "begin")
    assert refusal(bureau, "worker", "dispose", **given) == "needed"
    assert refusal(bureau, "worker", "dispose", **given, rectify_by=date(2026, 11, 1)) == "due_past"
    act(bureau, "worker", "dispose", **given, rectify_by=date(2026, 12, 1))
    act(bureau, "secretary", "review")
    assert refusal(bureau, "manager", "close") == "rectified"
    act(bureau, "worker", "rectify", text="已整改")
    assert refusal(bureau, "worker", "rectify", text="再次") == "awaits_rectification"
    assert act(bureau, "manager", "close").state == "closed"


@pytest.mark.parametrize("who", ["analyst", "admin", "discipline", "far"])
def test_whoever_is_concerned_is_heard_whatever_their_role_and_sees_that_alone(
    bureau: Ledger, who: str
) -> None:
    theirs = [replace(ONE, warning_id=name, concerned=(STAFF[who],)) for name in ("w2", "w4")]
    raise_all(bureau, replace(ONE, concerned=(STAFF["other"],)), *theirs, replace(ONE, warning_id="w3"))

    def seen(name: str) -> list[str]:
        with bureau.read() as session:
            return [one.warning_id for one in hearing.listed(session, ALL[name])]

    assert seen(who) == [], "there is nothing to answer before somebody handles it"
    for name in ("w2", "w3"):
        act(bureau, "head", "assign", warning=name, handler="worker")
    assert seen(who) == ["w2"]
    assert all(seen(name) == [] for name in PEOPLE if name != who)
    with bureau.read() as session:
        for warning, code in (("w1", "reach"), ("w3", "reach"), ("w4", "state"), ("none", "unknown")):
            with pytest.raises(RefusedError) as told:
                hearing.one(session, ALL[who], warning)
            assert told.value.code == code
        for name in ("worker", "head", "manager"):
            with pytest.raises(RefusedError):
                hearing.one(session, ALL[name], "w2")
    act(bureau, who, "state_side", warning="w2", text="当日出差")
    act(bureau, "worker", "begin", warning="w2")
    act(bureau, "worker", "dispose", warning="w2", **DISPOSED.fields())
    with bureau.read() as session:
        found = hearing.one(session, ALL[who], "w2")
    assert [step.text for step in found.said] == ["当日出差"] and found.item.verdict == DISPOSED.verdict
    assert act(bureau, "secretary", "review", warning="w2").state == "reviewed", "what was said came before"
    assert proof.verify(bureau).holds


def test_the_person_concerned_is_heard(bureau: Ledger) -> None:
    act(bureau, "head", "assign", handler="worker")
    assert refusal(bureau, "worker", "state_side", text="x") == "by_concerned"
    act(bureau, "other", "state_side", text="当日系统故障")
    with bureau.read() as session:
        told = {
            who: reading.detail(session, ALL[who], "w1").steps[-1]
            for who in ("other", "worker", "discipline")
        }
    assert {who: (step.account, step.text) for who, step in told.items()} == {
        "other": ("other", "当日系统故障"), "worker": ("", "当日系统故障"), "discipline": ("", "当日系统故障"),
    }, "who speaks is concerned: that is not told by the way"  # fmt: skip
    act(bureau, "worker", "begin")
    act(bureau, "worker", "dispose", **DISPOSED.fields())
    act(bureau, "other", "state_side", text="补充说明")
    assert refusal(bureau, "secretary", "review") == "heard"
    act(bureau, "secretary", "send_back", text="请核实申辩")
    act(bureau, "worker", "dispose", **DISPOSED.fields())
    act(bureau, "secretary", "review")
    act(bureau, "other", "state_side", text="仍有异议")
    assert refusal(bureau, "manager", "close") == "heard"
    back = act(bureau, "secretary", "send_back", text="请核实申辩")
    assert (back.state, back.reviewer) == ("verifying", None)
    act(bureau, "worker", "dispose", **DISPOSED.fields())
    act(bureau, "secretary", "review")
    assert act(bureau, "manager", "close").state == "closed"


def test_a_late_warning_goes_up_level_by_level(bureau: Ledger) -> None:
    assert refusal(bureau, "secretary", "escalate") == "state"
    act(bureau, "head", "assign", handler="worker")
    assert refusal(bureau, "secretary", "escalate") == "late"
    late = datetime(2026, 11, 30, 9)
    assert act(bureau, "secretary", "escalate", at=late).escalated_to_unit_id == "990101"
    assert refusal(bureau, "secretary", "escalate", at=late + timedelta(days=1)) == "not_just_escalated"
    with bureau.read() as session:
        assert reading.late(session, late) == ["w1"]
    again = datetime(2026, 12, 3, 9)
    assert [upkeep.escalate_late(bureau, again) for _ in range(2)] == [1, 0], "by itself, and only once"
    assert item(bureau).escalated_to_unit_id == "9901"


def test_beyond_the_calendar_a_date_is_asked_for(bureau: Ledger) -> None:
    beyond = datetime(2026, 12, 29, 9)
    assert refusal(bureau, "head", "assign", at=beyond, handler="worker") == "calendar"
    assert (
        refusal(bureau, "head", "assign", at=beyond, handler="worker", due_on=date(2026, 12, 28))
        == "due_past"
    )
    found = act(bureau, "head", "assign", at=beyond, handler="worker", due_on=date(2027, 1, 8))
    assert found.due_at == datetime(2027, 1, 8, 23, 59, 59)


# --- two at once ------------------------------------------------------------------------------------------------------


def test_a_form_that_was_overtaken_is_refused(bureau: Ledger) -> None:
    seen = item(bureau).revision
    act(bureau, "head", "assign", handler="worker", revision=seen)
    assert refusal(bureau, "manager", "assign", handler="worker", revision=seen) == "changed"
    act(bureau, "manager", "comment", text="说明", revision=seen)


def test_of_two_who_decide_at_once_one_is_told(bureau: Ledger) -> None:
    to_disposed(bureau)
    seen, outcomes = item(bureau).revision, []
    start = threading.Barrier(2)

    def decide(who: str, move: str) -> None:
        start.wait()
        try:
            outcomes.append(act(bureau, who, move, text="意见", revision=seen).state)
        except RefusedError as refused:
            outcomes.append(refused.code)

    threads = [
        threading.Thread(target=decide, args=one) for one in (("secretary", "review"), ("head", "send_back"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert "changed" in outcomes and set(outcomes) & {"reviewed", "verifying"}
    with bureau.read() as session:
        assert [step.move for step in session.scalars(select(Step).order_by(Step.number))][3:] in (
            ["review"],
            ["send_back"],
        )
    assert proof.verify(bureau).holds


# --- what is seen -----------------------------------------------------------------------------------------------------


def test_everybody_sees_what_is_theirs(bureau: Ledger) -> None:
    raise_all(
        bureau, replace(ONE, concerned=(STAFF["other"],)), replace(ONE, warning_id="w2", unit_id="990102-S01")
    )
    act(bureau, "head", "assign", handler="worker")
    expected = {
        "head": ["w1"], "worker": ["w1"], "other": ["w1"], "secretary": ["w1"], "manager": ["w1"], "far": ["w2"],
        "discipline": ["w1", "w2"], "admin": [], "analyst": [],
    }  # fmt: skip
    with bureau.read() as session:
        for who, warnings in expected.items():
            assert [one.warning_id for one in reading.listed(session, ALL[who])] == warnings, who
            assert sum(reading.counts(session, ALL[who]).values()) == len(warnings)
            for warning in ("w1", "w2"):
                if warning in warnings:
                    assert reading.detail(session, ALL[who], warning).item.warning_id == warning
                else:
                    with pytest.raises(RefusedError):
                        reading.detail(session, ALL[who], warning)


def test_what_has_no_due_date_yet_is_listed_by_level(bureau: Ledger) -> None:
    levels = ("yellow", "blue", "red")
    raise_all(bureau, *(replace(ONE, warning_id=f"of {level}", level=level) for level in levels))
    with bureau.read() as session:
        found = [one.level for one in reading.listed(session, ALL["head"]) if one.warning_id.startswith("of")]
    assert found == ["red", "yellow", "blue"]


def test_a_person_is_offered_the_moves_that_they_can_make(bureau: Ledger) -> None:
    def moves(who: str) -> set[str]:
        with bureau.read() as session:
            return {move.id for move in reading.detail(session, ALL[who], "w1", NOW).moves}

    assert moves("head") == {"assign", "comment"}
    act(bureau, "head", "assign", handler="worker")
    assert moves("worker") == {"begin", "comment"}
    assert moves("other") == {"state_side", "comment"}
    assert moves("manager") == {"reassign", "comment"}
    with bureau.read() as session:
        offered = [one.name for one in reading.handlers(session, ALL["manager"], item(bureau))]
    assert offered == ["head", "secretary", "worker"], "not who is concerned, not who is elsewhere"


def test_seeing_whom_a_warning_concerns_needs_a_purpose_and_is_kept(bureau: Ledger) -> None:
    for who, code in (("manager", "role"), ("discipline", "purpose")):
        with pytest.raises(RefusedError) as found, bureau.write(ALL[who]) as recorder:
            concerned.see(recorder, "w1", "")
        assert found.value.code == code
    with bureau.write(ALL["discipline"]) as recorder:
        assert concerned.see(recorder, "w1", "核对回避") == [STAFF["other"]]
    with bureau.read() as session:
        last = session.scalars(select(Entry).order_by(Entry.sequence.desc())).first()
    assert last and (last.action, last.purpose, last.account) == ("see_concerned", "核对回避", "discipline")


# --- what the snapshot says -------------------------------------------------------------------------------------------


def test_warnings_come_change_go_and_return(bureau: Ledger) -> None:
    two = replace(ONE, warning_id="w2")
    assert raise_all(bureau, ONE, two) == Synced(new=1)
    assert raise_all(bureau, ONE, two) == Synced()
    assert raise_all(bureau, ONE, replace(two, level="yellow")) == Synced(changed=1)
    assert raise_all(bureau, ONE, reasons={"w2": "rule_changed"}) == Synced(withdrawn=1)
    assert (item(bureau, "w2").withdrawn_on, item(bureau, "w2").withdrawn_reason) == (
        NOW.date(),
        "rule_changed",
    )
    with pytest.raises(RefusedError) as found:
        act(bureau, "head", "assign", warning="w2", handler="worker")
    assert found.value.code == "not_withdrawn"
    with bureau.read() as session:
        assert reading.counts(session, ALL["discipline"])["raised"] == 1
    assert raise_all(bureau, ONE, two) == Synced(changed=1, returned=1)
    assert item(bureau, "w2").withdrawn_on is None
    assert raise_all(bureau, ONE) == Synced(withdrawn=1)
    assert item(bureau, "w2").withdrawn_reason == "not_shown"
    assert proof.verify(bureau).holds


def test_a_closed_warning_stays_as_it_was_closed(bureau: Ledger) -> None:
    to_disposed(bureau)
    act(bureau, "secretary", "review")
    act(bureau, "manager", "close")
    assert raise_all(bureau, replace(ONE, level="blue")) == Synced()
    assert item(bureau).level == "red"


@pytest.mark.parametrize(
    ("founded", "unfounded", "state", "says_so"),
    [
        (0, 0, "no_data", False), (0, 9, "suppressed", False), (0, 10, "zero", True), (2, 8, "value", True),
        (3, 7, "value", False),
    ],
)  # fmt: skip
def test_a_rule_that_is_mostly_unfounded_says_so(
    bureau: Ledger, founded: int, unfounded: int, state: str, says_so: bool
) -> None:
    raise_all(bureau, ONE, *(replace(ONE, warning_id=f"n{number}") for number in range(founded + unfounded)))
    for number in range(founded + unfounded):
        name = f"n{number}"
        given = DISPOSED.fields() if number < founded else {"text": "说明", "verdict": "reasonable"}
        act(bureau, "head", "assign", warning=name, handler="worker")
        act(bureau, "worker", "begin", warning=name)
        act(bureau, "worker", "dispose", warning=name, **given)
        act(bureau, "secretary", "review", warning=name)
        act(bureau, "manager", "close", warning=name)
    with bureau.read() as session:
        (found,) = outcome.confirmations(session)
    assert (found.state, found.is_mostly_unfounded) == (state, says_so)
    assert found.share == (founded / (founded + unfounded) if state in ("value", "zero") else None)


def test_whom_a_corrected_record_names_is_concerned_unless_taken_back(bureau: Ledger) -> None:
    """The record of the warning named one officer and, corrected at the source, names another."""

    def held() -> set[str]:
        with bureau.read() as session:
            return set(session.scalars(select(Concerned.staff_id).where(Concerned.warning_id == "w1")))

    corrected = replace(ONE, concerned=(STAFF["other"], STAFF["worker"]))
    assert raise_all(bureau, corrected) == Synced(changed=1)
    assert held() == {STAFF["other"], STAFF["worker"]}
    assert raise_all(bureau, corrected) == Synced()
    with bureau.write(ALL["discipline"]) as recorder:
        concerned.take_back(recorder, "w1", (STAFF["worker"],), "登记有误")
    assert raise_all(bureau, corrected) == Synced() and held() == {STAFF["other"]}
    assert proof.verify(bureau).holds


def test_a_snapshot_that_is_published_while_another_is_brought_in_is_brought_in_too(
    bureau: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current, taken = tmp_path / CURRENT, list[str]()
    for name in ("000001", "000002"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_text("{}")
    current.write_text("000001\n")

    def take(_: Ledger, found: Snapshot) -> snapshot.Taken:
        current.write_text("000002\n")
        taken.append(found.id)
        return snapshot.Taken(found.id, False, False, Synced())

    monkeypatch.setattr(snapshot, "take", take)
    url = bureau.engine.url.render_as_string(hide_password=False)
    options = ["--ledger", url, "--anchor", str(bureau.anchor)]
    done = CliRunner().invoke(main, [*options, "sync", "--warehouse", str(tmp_path)])
    assert (done.exit_code, taken) == (0, ["000001", "000002"]), done.output
