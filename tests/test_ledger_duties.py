"""Lists, tasks, activities and honours: planned, done with evidence, approved by two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ledger_fixture import Databases, databases, ledger, settle, tamper
from sqlalchemy import select, text
from test_ledger_disposition import ALL, PEOPLE, STAFF

from ledger import proof, trail
from ledger.duty import activities, honours, lists, tasks
from ledger.flow import Flow
from ledger.moves import Machine
from ledger.programme import assessments, initiatives, scenarios, steps
from ledger.schema import Base, Entry, now
from ledger.storage import Ledger
from model.policy import RefusedError

__all__ = ["Databases", "databases", "ledger"]
TODAY = now().date()
ITEM = {
    "power": "许可核查", "risk": "虚假核查", "risk_level": "high", "control_measure": "双人核查",
    "responsible_post": "monopoly_officer", "indicator_ids": ("L5", "L14"),
}  # fmt: skip
PDF = b"%PDF-1.7 evidence"


@pytest.fixture
def bureau(ledger: Ledger) -> Ledger:
    settle(ledger, PEOPLE, STAFF)
    return ledger


def do(ledger: Ledger, who: str, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
    with ledger.write(ALL[who]) as recorder:
        return act(recorder, *given, **named)


def refused(ledger: Ledger, who: str, act: Callable[..., Any], *given: Any, **named: Any) -> str:
    with pytest.raises(RefusedError) as found:
        do(ledger, who, act, *given, **named)
    assert "{" not in found.value.zh + found.value.en
    return found.value.code


MODULES = (lists, tasks, activities, initiatives, assessments, scenarios)


@pytest.mark.parametrize("machine", [one.MACHINE for one in MODULES])
def test_every_state_can_be_reached_and_is_named_in_both_languages(machine: Machine[Any]) -> None:
    flow: Flow = machine.flow
    reached = {move.target for move in flow.moves.values()} | {next(iter(flow.states))}
    if machine is scenarios.MACHINE:
        reached |= {step.state for step in steps.steps()}
    assert reached - {None} == set(flow.states)
    for label in (*flow.states.values(), *(move.label for move in flow.moves.values())):
        assert label.zh and label.en


# --- lists ------------------------------------------------------------------------------------------------------------


def draft(ledger: Ledger, who: str = "head") -> Any:
    return do(ledger, who, lists.draft, "integrity_risk_control", "monopoly_officer", "990101-S01")


def test_a_list_is_drafted_by_one_and_approved_by_another(bureau: Ledger) -> None:
    found = draft(bureau, "manager")
    assert refused(bureau, "discipline", lists.MACHINE.act, found.list_id, "approve", {}) == "has_items"
    do(bureau, "head", lists.set_items, found.list_id, [ITEM])
    assert refused(bureau, "manager", lists.MACHINE.act, found.list_id, "approve", {}) == "second_person"
    assert refused(bureau, "head", lists.MACHINE.act, found.list_id, "approve", {}) == "role"
    assert refused(bureau, "far", lists.MACHINE.act, found.list_id, "approve", {}) == "reach"
    approved = do(bureau, "discipline", lists.MACHINE.act, found.list_id, "approve", {})
    assert (approved.state, approved.reviewed_on, approved.approver) == ("in_force", TODAY, "discipline")
    assert refused(bureau, "head", lists.set_items, found.list_id, [ITEM]) == "not_draft"
    assert proof.verify(bureau).holds


def test_nobody_approves_what_they_put_in_themselves_whoever_began_the_list(bureau: Ledger) -> None:
    found = draft(bureau, "head")
    do(bureau, "manager", lists.set_items, found.list_id, [ITEM])
    assert refused(bureau, "manager", lists.MACHINE.act, found.list_id, "approve", {}) == "second_person"
    with bureau.read() as session:
        item = lists.MACHINE.get(session, found.list_id)
        offered = {one: lists.MACHINE.possible(session, ALL[one], item) for one in ("manager", "discipline")}
    assert {who: "approve" in [one.id for one in moves] for who, moves in offered.items()} == {
        "manager": False, "discipline": True,
    }  # fmt: skip
    assert do(bureau, "discipline", lists.MACHINE.act, found.list_id, "approve", {}).state == "in_force"


def test_of_two_who_edit_a_draft_at_once_the_second_looks_again(bureau: Ledger) -> None:
    found = draft(bureau)
    do(bureau, "head", lists.set_items, found.list_id, [ITEM], found.revision)
    late = (found.list_id, [{**ITEM, "risk": "人情证"}], found.revision)
    assert refused(bureau, "manager", lists.set_items, *late) == "changed"
    with bureau.read() as session:
        assert [one.risk for one in lists.items(session, found.list_id)] == [ITEM["risk"]]


def test_the_next_version_begins_with_the_items_and_retires_the_one_before(bureau: Ledger) -> None:
    first = draft(bureau)
    do(bureau, "head", lists.set_items, first.list_id, [ITEM, {**ITEM, "risk": "人情证"}])
    do(bureau, "manager", lists.MACHINE.act, first.list_id, "approve", {})
    second = draft(bureau)
    assert second.version == 2
    with bureau.read() as session:
        assert [one.risk for one in lists.items(session, second.list_id)] == ["虚假核查", "人情证"]
        assert lists.items(session, second.list_id)[0].indicator_ids == ("L5", "L14")
    do(bureau, "manager", lists.MACHINE.act, second.list_id, "approve", {})
    with bureau.read() as session:
        assert [(one.version, one.state) for one in lists.listed(session, ALL["head"], None)] == [
            (1, "retired"), (2, "in_force"),
        ]  # fmt: skip
        assert lists.listed(session, ALL["far"]) == []


def test_an_older_draft_does_not_take_the_place_of_a_newer_version(bureau: Ledger) -> None:
    older, newer = draft(bureau), draft(bureau)
    for one in (older, newer):
        do(bureau, "head", lists.set_items, one.list_id, [ITEM])
    act = lists.MACHINE.act
    do(bureau, "manager", act, newer.list_id, "approve", {})
    assert refused(bureau, "manager", act, older.list_id, "approve", {}) == "newest"
    with bureau.read() as session:
        moves = lists.MACHINE.possible(session, ALL["manager"], lists.MACHINE.get(session, older.list_id))
        assert [one.id for one in moves] == ["retire"]
    do(bureau, "manager", act, newer.list_id, "retire", {})
    assert refused(bureau, "manager", act, older.list_id, "approve", {}) == "newest", "nor once it is retired"
    unread = draft(bureau)
    do(bureau, "manager", act, draft(bureau).list_id, "retire", {})
    do(bureau, "head", lists.set_items, unread.list_id, [ITEM])
    assert do(bureau, "manager", act, unread.list_id, "approve", {}).version == 3, "a draft that was dropped"


def test_a_draft_says_what_of_the_version_in_force_it_lacks(bureau: Ledger) -> None:
    """One begun before another was approved was never given that one's items, and would end them in silence."""
    first = draft(bureau)
    do(bureau, "head", lists.set_items, first.list_id, [ITEM])
    do(bureau, "manager", lists.MACHINE.act, first.list_id, "approve", {})
    second, third = draft(bureau), draft(bureau)
    more = {**ITEM, "risk": "人情证"}
    do(bureau, "head", lists.set_items, second.list_id, [ITEM, more])

    def lacks(one: Any) -> list[str | None]:
        with bureau.read() as session:
            return [item.risk for item in lists.left_out(session, lists.MACHINE.get(session, one.list_id))]

    assert lacks(second) == lacks(third) == []
    do(bureau, "manager", lists.MACHINE.act, second.list_id, "approve", {})
    assert lacks(third) == ["人情证"] and lacks(first) == lacks(second) == []
    do(bureau, "head", lists.set_items, third.list_id, [more, {**ITEM, "control_measure": "双人"}])
    assert lacks(third) == [ITEM["risk"]], "changed"
    do(bureau, "head", lists.set_items, third.list_id, [more, ITEM])
    assert lacks(third) == []


def test_a_list_is_reviewed_each_year(bureau: Ledger) -> None:
    found = draft(bureau)
    do(bureau, "head", lists.set_items, found.list_id, [ITEM])
    do(bureau, "manager", lists.MACHINE.act, found.list_id, "approve", {})
    with bureau.read() as session:
        held = lists.listed(session, ALL["manager"])
    assert lists.due_for_review(held, TODAY + timedelta(days=334)) == []
    assert lists.due_for_review(held, TODAY + timedelta(days=335)) == held
    assert do(bureau, "manager", lists.MACHINE.act, found.list_id, "review", {}).state == "in_force"


@pytest.mark.parametrize(
    ("kind", "post"),
    [
        ("four_responsibilities_bureau", "discipline_group_officer"),
        ("four_responsibilities_branch", "branch_secretary"),
        ("three_lists", "leader"),
    ],
)
def test_each_list_of_responsibilities_is_versioned_for_its_own_posts_and_leads_to_tasks(
    bureau: Ledger, kind: str, post: str
) -> None:
    assert refused(bureau, "manager", lists.draft, kind, "customer_manager", "990101") == "post"
    duty = {"power": "每季度研究一次", "indicator_ids": ("Q5",)}
    for version in (1, 2):
        found = do(bureau, "manager", lists.draft, kind, post, "990101")
        assert (found.version, found.kind, found.list_kind) == (version, kind, "four_responsibilities")
        do(bureau, "manager", lists.set_items, found.list_id, [duty])
        approved = do(bureau, "discipline", lists.MACHINE.act, found.list_id, "approve", {})
    with bureau.read() as session:
        (item,) = lists.items(session, found.list_id)
        assert [one.state for one in lists.listed(session, ALL["manager"], None)] == ["retired", "in_force"]
    assert lists.review_due_on(approved) == TODAY + timedelta(days=365)
    party, due = tasks.parties(kind)[0], TODAY + timedelta(days=30)
    task = do(bureau, "manager", tasks.assign, kind, party, "990101", duty["power"], due, item.item_id)
    assert task.item_id == item.item_id
    other = "three_lists" if kind != "three_lists" else "four_responsibilities_branch"
    given = (other, tasks.parties(other)[0], "990101", duty["power"], due, item.item_id)
    assert refused(bureau, "manager", tasks.assign, *given) == "list"
    assert proof.verify(bureau).holds


def test_a_row_from_before_a_column_holds_until_somebody_fills_it_past_the_ledger(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trail.image
    with monkeypatch.context() as earlier:
        earlier.setattr(
            trail,
            "image",
            lambda item, only=None: {k: v for k, v in whole(item, only).items() if k != "task_list"},
        )
        draft(bureau)
    assert proof.verify(bureau).holds
    tamper(bureau, "UPDATE duty_list SET task_list = 'three_lists'")
    assert [one.what for one in proof.verify(bureau).findings] == ["was changed past the ledger"]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"risk_level": "terrible"}, "code"),
        ({"indicator_ids": ("X9",)}, "indicator"),
        ({"risk": " "}, "needed"),
    ],
)
def test_an_item_holds_the_contracts_codes(bureau: Ledger, item: dict[str, Any], code: str) -> None:
    found = draft(bureau)
    assert refused(bureau, "head", lists.set_items, found.list_id, [{**ITEM, **item}]) == code


# --- tasks ------------------------------------------------------------------------------------------------------------


def test_a_task_is_done_with_evidence(bureau: Ledger) -> None:
    due = TODAY + timedelta(days=30)
    given = ("four_responsibilities_branch", "branch_secretary", "990101-S01", "每季度研究一次", due)
    assert refused(bureau, "worker", tasks.assign, *given) == "role"
    assert refused(bureau, "manager", tasks.assign, "three_lists", *given[1:]) == "party"
    assert refused(bureau, "manager", tasks.assign, *given[:4], TODAY - timedelta(days=1)) == "past"
    found = do(bureau, "manager", tasks.assign, *given)
    assert refused(bureau, "head", tasks.MACHINE.act, found.task_id, "complete", {}) == "has_evidence"
    do(bureau, "head", tasks.add_evidence, found.task_id, "纪要.pdf", PDF)
    tomorrow = {"done_on": TODAY + timedelta(days=1)}
    assert refused(bureau, "head", tasks.MACHINE.act, found.task_id, "complete", tomorrow) == "future"
    done = do(bureau, "head", tasks.MACHINE.act, found.task_id, "complete", {})
    assert (done.state, done.done_on, done.done_by) == ("done", TODAY, "head")


def mine(ledger: Ledger, who: str) -> list[str]:
    with ledger.read() as session:
        return [one.task for one in tasks.listed(session, ALL[who])]


def test_a_task_that_is_given_to_somebody_is_theirs_and_nobody_elses_in_the_field(bureau: Ledger) -> None:
    given = ("three_lists", "top_leader_supervision", "990101-S01", "走访十户", TODAY)
    act = tasks.MACHINE.act
    for name in ("secretary2", "analyst", "admin", "nobody"):
        assert refused(bureau, "manager", tasks.assign, *given, handler=name) == "handler_may_complete"
    assert refused(bureau, "head", tasks.assign, *given, handler="other") == "handler_may_complete", (
        "out of reach"
    )
    found = do(bureau, "head", tasks.assign, *given, handler="worker")
    do(bureau, "head", tasks.assign, *given[:3], "全所自查", TODAY)
    assert mine(bureau, "worker") == ["走访十户"] and mine(bureau, "other") == []
    assert sorted(mine(bureau, "head")) == ["全所自查", "走访十户"]
    for who in ("other", "far"):
        assert refused(bureau, who, tasks.add_evidence, found.task_id, "照片.png", PDF) == "reach"
        assert refused(bureau, who, act, found.task_id, "complete", {}) == "reach"
    assert refused(bureau, "worker", act, found.task_id, "drop", {}) == "role"
    assert refused(bureau, "worker", act, found.task_id, "reassign", {"handler": "other"}) == "role"
    do(bureau, "manager", act, found.task_id, "reassign", {"handler": "other"})
    assert mine(bureau, "worker") == [] and mine(bureau, "other") == ["走访十户"]
    assert refused(bureau, "worker", act, found.task_id, "complete", {}) == "reach"
    do(bureau, "other", tasks.add_evidence, found.task_id, "走访记录.pdf", PDF)
    done = do(bureau, "other", act, found.task_id, "complete", {})
    assert (done.state, done.done_by, done.handler) == ("done", "other", "other")
    assert proof.verify(bureau).holds


def test_who_is_given_a_task_elsewhere_completes_it_and_does_not_drop_it(bureau: Ledger) -> None:
    given = ("three_lists", "top_leader_supervision", "990101-S02", "交叉检查", TODAY)
    found = do(bureau, "manager", tasks.assign, *given, handler="head")
    assert mine(bureau, "head") == ["交叉检查"]
    assert refused(bureau, "head", tasks.MACHINE.act, found.task_id, "drop", {}) == "reach"
    with bureau.read() as session:
        names = {one.name for one in tasks.handlers(session, ALL["head"])}
        assert names == {"head", "secretary", "worker"}
        assert {"other", *names} <= {one.name for one in tasks.handlers(session, ALL["manager"])}
        possible = tasks.MACHINE.possible(session, ALL["head"], found)
    assert [move.id for move in possible] == ["complete"]


@pytest.mark.parametrize(
    "task_list", ["four_responsibilities_bureau", "four_responsibilities_branch", "three_lists"]
)
def test_each_list_of_tasks_has_its_own_parties(task_list: str) -> None:
    every = {
        name: set(tasks.parties(name))
        for name in ("four_responsibilities_bureau", "four_responsibilities_branch", "three_lists")
    }
    assert all(not every[task_list] & found for name, found in every.items() if name != task_list)
    assert len(every[task_list]) in (3, 4)


# --- activities -------------------------------------------------------------------------------------------------------


def test_of_a_talk_only_that_it_took_place_is_kept(bureau: Ledger) -> None:
    table = Base.metadata.tables["activity"]
    assert not any(
        word in name
        for name in map(str, table.columns)
        for word in ("text", "content", "note", "summary", "said")
    )
    talk = {
        "staff_id": "P-worker",
        "host_staff_id": "P-head",
        "talk_level": "office",
        "talk_functions": ("warn_of_risk",),
    }
    found = do(bureau, "head", activities.plan, "talk", "990101-S01", TODAY, **talk)
    done = do(bureau, "head", activities.MACHINE.act, found.activity_id, "complete", {"done_on": TODAY})
    assert (done.state, done.talk_functions) == ("done", ("warn_of_risk",))
    with bureau.read() as session:
        assert [one.activity_id for one in activities.listed(session, ALL["worker"])] == [found.activity_id]
        assert activities.listed(session, ALL["other"]) == []


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("talk", {"staff_id": "P1"}, "talk"),
        ("talk", {"talk_level": "office", "talk_functions": ("help_work",)}, "person"),
        ("training", {"staff_id": "P1", "talk_level": "office"}, "talk"),
        ("home_visit", {}, "person"),
        ("picnic", {}, "code"),
    ],
)
def test_what_an_activity_needs(bureau: Ledger, kind: str, given: dict[str, Any], code: str) -> None:
    assert refused(bureau, "head", activities.plan, kind, "990101-S01", TODAY, **given) == code


@pytest.mark.parametrize("meeting", activities.MEETINGS)
def test_a_branch_meeting_is_planned_and_recorded_and_nothing_of_what_was_said(
    bureau: Ledger, meeting: str
) -> None:
    plan, act = activities.plan, activities.MACHINE.act
    given = (activities.MEETING, "990101-S01", TODAY)
    found = do(bureau, "secretary", plan, *given, meeting_kind=meeting)
    assert (found.state, activities.due_on(found)) == ("planned", TODAY)
    for wrong in (None, "picnic"):
        assert refused(bureau, "secretary", plan, *given, meeting_kind=wrong) == "meeting"
    assert refused(bureau, "secretary", plan, "self_check", *given[1:], meeting_kind=meeting) == "meeting"
    assert refused(bureau, "worker", plan, *given, meeting_kind=meeting) == "role"
    assert refused(bureau, "far", act, found.activity_id, "complete", {"done_on": TODAY}) == "reach"
    assert refused(bureau, "secretary", act, found.activity_id, "complete", {}) == "needed"
    for field in ({"score": 90}, {"issue_count": 1}):
        wrong_field = {"done_on": TODAY, **field}
        assert refused(bureau, "secretary", act, found.activity_id, "complete", wrong_field) == "fits_kind"
    said = {"done_on": TODAY, "text": "会议内容", "content": "会议内容"}
    done = do(bureau, "secretary", act, found.activity_id, "complete", said)
    assert (done.state, done.done_on, done.meeting_kind) == ("done", TODAY, meeting)
    with bureau.read() as session:
        row = {column.name: getattr(done, column.name) for column in type(done).__table__.columns}
        trail = "".join(session.scalars(select(Entry.content)))
        fed = session.execute(text("SELECT activity_kind, staff_id, done_on FROM feed_activity")).one()
    assert "会议内容" not in str(row) + trail, "content has no place"
    assert (fed[0], fed[1], str(fed[2])) == (activities.MEETING, None, str(TODAY))
    assert proof.verify(bureau).holds


def test_a_self_check_that_found_issues_has_a_limit_and_is_closed(bureau: Ledger) -> None:
    found = do(bureau, "head", activities.plan, "self_check", "990101-S01", TODAY)
    act = activities.MACHINE.act
    given: dict[str, Any] = {"done_on": TODAY, "issue_count": 2}
    assert refused(bureau, "head", act, found.activity_id, "complete", given) == "issues_have_limit"
    assert (
        refused(bureau, "head", act, found.activity_id, "complete", {"done_on": TODAY, "score": 90})
        == "fits_kind"
    )
    assert (
        refused(bureau, "head", act, found.activity_id, "close_issues", {"issue_closed_on": TODAY}) == "state"
    )
    do(
        bureau,
        "head",
        act,
        found.activity_id,
        "complete",
        {**given, "issue_due_on": TODAY + timedelta(days=9)},
    )
    early = {"issue_closed_on": TODAY - timedelta(days=1)}
    assert refused(bureau, "head", act, found.activity_id, "close_issues", early) == "after_done"
    closed = do(bureau, "head", act, found.activity_id, "close_issues", {"issue_closed_on": TODAY})
    assert closed.issue_closed_on == TODAY
    again = {"issue_closed_on": TODAY}
    assert refused(bureau, "head", act, found.activity_id, "close_issues", again) == "has_open_issues"


def test_an_honour_is_recorded_with_its_document(bureau: Ledger) -> None:
    given = ("990101-S01", "清廉单位示范点", "市局", "municipal", TODAY)
    assert refused(bureau, "head", honours.record, *given) == "role"
    assert refused(bureau, "manager", honours.record, *given[:4], TODAY + timedelta(days=1)) == "future"
    found = do(bureau, "manager", honours.record, *given)
    do(bureau, "manager", honours.add_evidence, found.honour_id, "证书.pdf", PDF)
    assert proof.verify(bureau).holds
