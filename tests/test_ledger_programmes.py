"""Initiatives, assessments and posted problems: gone through step by step, reviewed by another than who did them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from ledger_fixture import Databases, databases, ledger
from test_ledger_disposition import ALL
from test_ledger_duties import PDF, TODAY, bureau, do, refused

from ledger import proof
from ledger.programme import assessments, initiatives, scenarios, steps
from ledger.storage import Ledger
from model.indicators import Words
from model.policy import SINGLE_USER, Actor, RefusedError

__all__ = ["Databases", "bureau", "databases", "ledger"]


def test_an_initiative_goes_through_the_four_steps_in_order(bureau: Ledger) -> None:
    five = ("five_ones", "station", "990101-S01", "清廉烟站", TODAY + timedelta(days=90))
    assert refused(bureau, "head", initiatives.start, *five) == "needed", "all five ones are named"
    assert refused(bureau, "head", initiatives.start, "eight_actions", *five[1:]) == "element"
    named = {"feature": "三道公示关口", "lead_department": "专卖科", "team": "专班"}
    found = do(bureau, "head", initiatives.start, *five, **named)
    act = initiatives.MACHINE.act
    assert refused(bureau, "head", act, found.initiative_id, "choose_pilot", {"reached_on": TODAY}) == "state"
    do(bureau, "head", act, found.initiative_id, "set_plan", {"reached_on": TODAY})
    early = {"reached_on": TODAY - timedelta(days=1)}
    assert refused(bureau, "head", act, found.initiative_id, "choose_pilot", early) == "in_order"
    for move in ("choose_pilot", "build_standard", "roll_out"):
        do(bureau, "head", act, found.initiative_id, move, {"reached_on": TODAY})
    assert do(bureau, "head", act, found.initiative_id, "complete", {}).state == "completed"


def test_a_unit_assesses_itself_and_another_reviews(bureau: Ledger) -> None:
    found = do(bureau, "head", assessments.begin, "990101-S01", 2026)
    key, act = found.assessment_id, assessments.MACHINE.act
    assert refused(bureau, "head", assessments.begin, "990101-S01", 2026) == "once"
    assert refused(bureau, "head", act, key, "submit", {}) == "complete"
    assert refused(bureau, "head", assessments.score, key, "officials", 16, "依据") == "points"
    for element in assessments.ELEMENTS:
        do(bureau, "head", assessments.score, key, element, 9, "依据")
    assert refused(bureau, "head", act, key, "submit", {}) == "has_evidence"
    do(bureau, "head", assessments.add_evidence, key, "台账.pdf", PDF)
    do(bureau, "head", act, key, "submit", {})
    assert refused(bureau, "head", assessments.score, key, "officials", 9, "") == "role"
    assert refused(bureau, "manager", act, key, "review", {}) == "all_reviewed"
    for element in assessments.ELEMENTS:
        do(bureau, "manager", assessments.score, key, element, 8, "属实")
    reviewed = do(bureau, "manager", act, key, "review", {})
    assert (reviewed.state, reviewed.reviewer) == ("reviewed", "manager")
    assert refused(bureau, "manager", assessments.score, key, "officials", 9, "") == "state"
    assert proof.verify(bureau).holds


def test_nobody_reviews_points_that_they_gave_themselves_in_another_role(bureau: Ledger) -> None:
    found = do(bureau, "head", assessments.begin, "990101-S01", 2026)
    key, act = found.assessment_id, assessments.MACHINE.act
    with bureau.write(replace(ALL["manager"], role="office_head")) as recorder:
        for element in assessments.ELEMENTS:
            assessments.score(recorder, key, element, 10, "依据")
        assessments.add_evidence(recorder, key, "台账.pdf", PDF)
    do(bureau, "head", act, key, "submit", {})
    assert refused(bureau, "manager", assessments.score, key, "officials", 10, "属实") == "second_person"
    assert refused(bureau, "manager", act, key, "send_back", {}) == "second_person"
    assert do(bureau, "discipline", act, key, "send_back", {}).state == "drafting"


def test_a_unit_left_blank_is_told_also_to_whoever_may_do_all(bureau: Ledger) -> None:
    alone = Actor("local", SINGLE_USER)
    for act in (
        lambda recorder: scenarios.propose(recorder, "题目", "专卖科", None, "需求"),
        lambda recorder: assessments.begin(recorder, "", 2026),
    ):
        with pytest.raises(RefusedError) as told, bureau.write(alone) as recorder:
            act(recorder)
        assert told.value.code == "needed"


def test_a_posted_problem_goes_through_the_declared_steps(bureau: Ledger) -> None:
    found = do(bureau, "manager", scenarios.propose, "一次性告知率偏低", "专卖科", "990101", "降低往返次数")
    key, act = found.scenario_id, scenarios.MACHINE.act
    do(bureau, "manager", act, key, "post", {})
    taken = {"taker_unit_id": "990101-S01", "taker_team": "青年专班"}
    assert (
        refused(bureau, "head", act, key, "take", {**taken, "taker_unit_id": "990102-S01"})
        == "taker_in_reach"
    )
    assert refused(bureau, "worker", act, key, "take", taken) == "role"
    assert do(bureau, "head", act, key, "take", taken).state == "building"
    states = []
    fills: list[dict[str, Any]] = [
        {}, {"indicator_id": "L4"}, {"data_items": "许可申请"}, {"model": "决策树"}, {"presentation": "大屏"},
        {"score": 0},
    ]  # fmt: skip
    for fill in fills:
        if fill:
            assert refused(bureau, "head", act, key, "advance", {}) == "step_is_done"
        states.append(do(bureau, "head", act, key, "advance", fill).state)
    assert states == ["building"] * 4 + ["trial", "landed"]
    assert refused(bureau, "head", act, key, "advance", {}) == "has_next_step"
    done = do(bureau, "manager", act, key, "promote", {})
    assert (done.step, done.launched_on, done.indicator_id, done.state) == (8, TODAY, "L4", "promoting")
    with bureau.read() as session:
        assert [one.scenario_id for one in scenarios.listed(session, ALL["worker"])] == [key]
        assert scenarios.listed(session, ALL["admin"]) == []
    assert isinstance(done.posted_on, date)


def test_a_bureau_can_declare_other_steps(bureau: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as it has, each with what must be there to leave it."""
    posed, taken_up, *_, landed = steps.steps()
    needs = ("indicator_id", "data_items", "model", "presentation")
    trial = steps.Step(Words("试点", "trial"), "trial", needs)
    monkeypatch.setattr(scenarios, "steps", lambda: (posed, taken_up, trial, landed))
    found = do(bureau, "manager", scenarios.propose, "一次性告知率偏低", "专卖科", "990101", "降低往返次数")
    key, act = found.scenario_id, scenarios.MACHINE.act
    do(bureau, "manager", act, key, "post", {})
    do(bureau, "head", act, key, "take", {"taker_unit_id": "990101-S01", "taker_team": "青年专班"})
    assert do(bureau, "head", act, key, "advance", {}).state == "trial"
    given = {"indicator_id": "L4", "data_items": "许可申请", "model": "决策树", "presentation": "大屏"}
    for need in needs:
        without = {name: value for name, value in given.items() if name != need}
        assert refused(bureau, "head", act, key, "advance", without) == "step_is_done"
    assert refused(bureau, "manager", act, key, "promote", {}) in ("state", "steps_are_done")
    done = do(bureau, "head", act, key, "advance", given)
    assert (done.state, done.step, done.launched_on) == ("landed", 4, TODAY)
    assert do(bureau, "manager", act, key, "promote", {}).state == "promoting"
