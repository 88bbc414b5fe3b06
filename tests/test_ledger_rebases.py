"""A rebase is said once with its reason, stays when it is taken back, and is seen by whoever sees the unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from ledger_fixture import Databases, databases, settle, tamper

from ledger import proof, rebasing
from ledger.schema import Rebase, now
from ledger.storage import Ledger
from model.policy import Actor, RefusedError

__all__ = ["databases"]
CHIEF = Actor("chief", "manager", "990101")
HEAD = Actor("head", "office_head", "990101-S01")
ANALYST = Actor("analyst", "analyst")
MONTH = date(2026, 3, 1)


@pytest.fixture
def ledger(databases: Databases) -> Iterator[Ledger]:
    found = databases.new()
    settle(found, {"chief": ("manager", "990101")})
    yield found
    found.close()


def begin(ledger: Ledger, who: Actor = CHIEF, unit: str = "990101-S01", **other: object) -> Rebase:
    given = {"indicator_id": "H2", "unit_id": unit, "month": MONTH, "reason": "窗口合并"} | other
    with ledger.write(who) as recorder:
        return rebasing.begin_anew(recorder, **given)  # type: ignore[arg-type]


def seen(ledger: Ledger, who: Actor) -> list[Rebase]:
    with ledger.read() as session:
        return rebasing.entries(session, who, "H2")


def refused(code: str, act: object) -> None:
    with pytest.raises(RefusedError) as refusal:
        act()  # type: ignore[operator]
    assert refusal.value.code == code and refusal.value.zh != refusal.value.en


def test_everybody_who_sees_the_unit_sees_who_said_what_when_and_why(ledger: Ledger) -> None:
    said = begin(ledger, month=MONTH.replace(day=17))
    for who in (CHIEF, HEAD, ANALYST):
        (one,) = seen(ledger, who)
        assert (one.unit_id, one.month, one.reason, one.made_by) == ("990101-S01", MONTH, "窗口合并", "chief")
        assert now() - one.made_at < timedelta(minutes=5) and one.rebase_id == said.rebase_id
    assert seen(ledger, Actor("other", "office_head", "990101-S02")) == []
    assert seen(ledger, Actor("worker", "field_staff", "990101-S01")) == []


def test_what_is_taken_back_stays_and_a_month_can_be_said_again(ledger: Ledger) -> None:
    said = begin(ledger)
    refused("standing", lambda: begin(ledger))
    with ledger.write(CHIEF) as recorder:
        rebasing.take_back(recorder, said.rebase_id, "理由有误")
    held = seen(ledger, CHIEF)
    assert [one.reason for one in held] == ["窗口合并", "理由有误"] and rebasing.standing(held) == []
    begin(ledger, reason="换了系统")
    assert [one.reason for one in rebasing.standing(seen(ledger, HEAD))] == ["换了系统"]
    for rebase_id in (said.rebase_id, held[1].rebase_id):
        with pytest.raises(RefusedError, match="taken back already"), ledger.write(CHIEF) as recorder:
            rebasing.take_back(recorder, rebase_id, "再次")


def test_who_may_not_say_it_cannot_take_it_back_either(ledger: Ledger) -> None:
    said = begin(ledger)
    elsewhere = Actor("chief2", "manager", "990102")
    for who, code in ((HEAD, "role"), (elsewhere, "reach")):
        refused(code, lambda who=who: begin(ledger, who, month=date(2026, 5, 1)))
        with pytest.raises(RefusedError), ledger.write(who) as recorder:
            rebasing.take_back(recorder, said.rebase_id, "撤销")
    assert [one.rebase_id for one in rebasing.standing(seen(ledger, CHIEF))] == [said.rebase_id]


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("reason", {"reason": "  "}),
        ("indicator", {"indicator_id": "X9"}),
        ("future", {"month": date(2099, 1, 1)}),
    ],
)
def test_what_makes_no_sense_is_refused(ledger: Ledger, code: str, other: dict[str, object]) -> None:
    refused(code, lambda: begin(ledger, **other))
    assert seen(ledger, CHIEF) == [] and proof.verify(ledger).holds


def test_it_stands_in_the_trail_and_a_change_past_the_ledger_is_found(ledger: Ledger) -> None:
    said = begin(ledger)
    assert proof.verify(ledger).holds
    tamper(ledger, "UPDATE rebase SET month = '2026-04-01' WHERE rebase_id = :key", key=said.rebase_id)
    assert ["rebase" in one.where for one in proof.verify(ledger).findings] == [True]
