"""The ledger's pages without a browser: every view in both languages, a new entry, a refusal, a ledger that is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ledger_fixture import KEEPER, LOADER, Databases, databases
from sqlalchemy import select
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx
from streamlit.testing.v1 import AppTest
from test_ledger_disposition import ONE

from ledger import accounts
from ledger.disposition import handling, reading, upkeep
from ledger.disposition.case import FLOW, Given
from ledger.disposition.syncing import sync
from ledger.duty import activities, honours, lists, tasks
from ledger.programme import assessments, initiatives, scenarios
from ledger.schema import Disposition, Entry, Rating, Unit, VisitCode, base, now
from ledger.storage import ADDRESS_VARIABLE, ANCHOR_VARIABLE, Ledger
from ledger.window import matters, ratings
from model import policy, vault, warehouse
from model.indicators import catalogue
from model.policy import Actor, signing_in
from pages import contents
from pages.parts import keeping, launching, registers, visitor
from pages.parts.judged import Spot
from pages.parts.registers import DUTIES
from pages.parts.window import slips
from pages.parts.window.visitor import hash_key
from pages.parts.words import LANGUAGES, Words
from tests import warehouse_fixture as fixture
from tests.demo_site import shown

__all__ = ["databases"]
ROOT = Path(__file__).parents[1]
SCRIPT = """
import streamlit as st
from pages import {page}
from pages.parts import controls, frame
words = controls.words()
st.session_state["pages"] = dict.fromkeys(("handling",))
frame.run({page}.show, words)
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("warehouse")
    fixture.publish(directory)
    return directory


@pytest.fixture
def bureau(
    tmp_path: Path, published: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Ledger]:
    """An empty ledger for the single user of this machine, opened by its address as an installation opens it."""
    found = databases.new()
    monkeypatch.setenv(ADDRESS_VARIABLE, found.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv(ANCHOR_VARIABLE, str(found.anchor))
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
    monkeypatch.delenv(signing_in.FILE_VARIABLE, raising=False)
    monkeypatch.setattr(signing_in, "DEFAULT_FILE", tmp_path / "none.toml")
    with found.write(KEEPER) as recorder:
        recorder.replace_register(
            "sync", Unit, [{"unit_id": "420106", "parent_unit_id": None, "name": "区局"}]
        )
    visitor.ledger.clear()
    yield found
    visitor.ledger().close()
    visitor.ledger.clear()
    found.close()


def opened(page: str, language: str = "zh", **query: str) -> AppTest:
    app = AppTest.from_string(SCRIPT.format(page=page), default_timeout=60)
    for name, value in {"lang": language, **query}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert Words("zh").say("shared.failing_title") not in shown(app)
    assert Words("en").say("shared.failing_title") not in shown(app)
    return app


def press(app: AppTest, label: str) -> None:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("view", [*registers.DUTIES])
def test_every_register_opens_empty_and_says_so(bureau: Ledger, view: str, language: str) -> None:
    app = opened("duties", language, view=view)
    said = Words("zh" if language == "zh" else "en")
    assert said.say("duties.none") in shown(app)
    assert said.say(f"duties.new_{view}") in [one.label for one in app.button]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("view", ["open", "closed", "rules"])
def test_the_page_on_warnings_opens_without_any(bureau: Ledger, view: str, language: str) -> None:
    opened("handling", language, view=view)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_warning_opens_with_its_form(bureau: Ledger, language: str) -> None:
    with bureau.write(LOADER) as recorder:
        sync(recorder, [replace(ONE, unit_id="420106")], {}, now())
    app = opened("handling", language, warning="w1")
    assert ("派单" if language == "zh" else "Assign") in [one.label for one in app.button]
    assert "w1" in shown(app)


def test_a_move_that_somebody_else_was_faster_with_is_told_with_what_was_typed_and_can_be_made_after_looking(
    bureau: Ledger,
) -> None:
    me, soon = signing_in.THE_SINGLE_USER, now().date() + timedelta(days=3)
    with bureau.write(LOADER) as recorder:
        sync(recorder, [replace(ONE, unit_id="420106")], {}, now())
    app = opened("handling", warning="w1")
    app.text_area[0].set_value("先查台账")
    with bureau.write(me) as recorder:
        handling.act(recorder, "w1", "assign", Given(handler=me.account, due_on=soon))
    press(app, "派单")
    assert "他人已先行操作，当前状态为“已派单”" in shown(app)
    assert "先查台账" in [one.value for one in app.text_area]
    app.run()
    assert "改派" in [one.label for one in app.button] and "派单" not in [one.label for one in app.button]
    with bureau.write(me) as recorder:
        handling.act(recorder, "w1", "reassign", Given(handler=me.account, text="另有安排"))
    app.text_area[0].set_value("换人")
    app.selectbox[0].set_value(me.account)
    for is_told in (True, False):
        press(app, "改派")
        assert ("他人已先行操作" in shown(app)) is is_told
    with bureau.read() as session:
        steps = reading.detail(session, me, "w1").steps
    assert [step.text for step in steps] == [None, "另有安排", "换人"]


@pytest.mark.parametrize(("closed", "founded"), [(0, 0), (9, 0), (10, 2), (10, 3)])
def test_a_warning_says_how_often_its_rule_proved_right(bureau: Ledger, closed: int, founded: int) -> None:
    raised = [replace(ONE, unit_id="420106", warning_id=f"w{number}") for number in range(closed + 1)]
    with bureau.write(LOADER) as recorder:
        sync(recorder, raised, {}, now())
        for number in range(closed):
            item = recorder.session.get_one(Disposition, f"w{number}")
            item.state, item.verdict = "closed", "work_flaw" if number < founded else "reasonable"
        recorder.record("sync", "warning")
    say = Words("zh").say
    said = say("handling.rule_share", share=f"{founded}0%", count=closed)
    expected = {0: say("handling.state_no_data"), 9: say("handling.state_suppressed")}.get(closed, said)
    text = shown(opened("handling", warning=f"w{closed}"))
    assert f"<dt>{say('handling.rule_so_far')}</dt><dd>{expected}" in text
    assert (say("handling.mostly_unfounded") in text) is (founded == 2)


def test_a_late_warning_says_in_the_list_that_it_is_late_and_to_whom_it_went_up(bureau: Ledger) -> None:
    with bureau.write(LOADER) as recorder:
        sync(recorder, [replace(ONE, unit_id="420106")], {}, now())
    assert Words("zh").say("handling.late") not in sent(opened("handling"))
    with bureau.write(LOADER) as recorder:
        item = recorder.session.get_one(Disposition, "w1")
        item.state, item.handler, item.due_at = "assigned", "chen", now() - timedelta(days=1)
        recorder.record("sync", "warning")
    assert upkeep.escalate_late(bureau, now()) == 1
    for language in LANGUAGES:
        say, listed = Words(language).say, sent(opened("handling", language))
        assert (
            say("handling.late") in listed and say("handling.escalated_to", unit="武昌区局(营销部)") in listed
        )


def sent(app: AppTest) -> str:
    """The data of the tables of a page."""
    tables = (json.loads(str(one.proto.json)) for one in app.get("bidi_component"))
    return json.dumps(list(tables), ensure_ascii=False)


def test_whom_a_warning_concerns_is_named_and_seen_on_its_page_for_a_purpose(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = Words("zh").say
    with bureau.write(KEEPER) as recorder:
        for name, role in (("worker", "field_staff"), ("head", "office_head")):
            accounts.open_account(recorder, name, role, "420106", f"P-{name}")
    with bureau.write(LOADER) as recorder:
        sync(recorder, [replace(ONE, unit_id="420106", concerned=("P-head",))], {}, now())
    assert say("handling.concerned") not in shown(opened("handling", warning="w1")), "not for the single user"
    discipline = Actor("zhao", "discipline")
    with bureau.write(discipline) as recorder:
        handling.act(recorder, "w1", "assign", Given(handler="worker", due_on=now().date()))
    monkeypatch.setattr(signing_in, "THE_SINGLE_USER", discipline)

    def press(label: str, purpose: str, numbers: str = "") -> str:
        app = opened("handling", warning="w1")
        fields = {one.label: one for one in app.text_input}
        fields[say("feedback.purpose")].set_value(purpose)
        fields[say("handling.staff_ids")].set_value(numbers)
        next(one for one in app.button if one.label == say(f"handling.{label}")).click().run()
        assert not app.exception
        return shown(app)

    refused = say("handling.refused")
    assert refused in press("concerned_see", "") and "P-head" not in press("concerned_see", " ")
    assert "P-head" not in shown(opened("handling", warning="w1")), "nothing is shown before it is asked for"
    assert "P-head" in press("concerned_see", "核对回避")
    assert "请先改派承办人" in press("concerned_name", "线索核查", "P-worker")
    assert say("handling.no_such_staff", numbers="P-nobody") in press(
        "concerned_name", "线索核查", "P-nobody"
    )
    assert "请填写工号" in press("concerned_name", "线索核查")
    assert say("handling.concerned_saved") in press("concerned_name", "线索核查", f"P-head，{fixture.SECRET}")
    assert fixture.SECRET in press("concerned_see", "核对回避")
    press("concerned_take_back", "登记有误", fixture.SECRET)
    assert fixture.SECRET not in press("concerned_see", "核对回避")
    with bureau.read() as session:
        query = select(Entry.action, Entry.purpose).where(
            Entry.action.in_(("see_concerned", "name_concerned"))
        )
        found = [tuple(row) for row in session.execute(query.order_by(Entry.sequence))]
    assert found == [
        ("see_concerned", "核对回避"), ("name_concerned", "线索核查"), ("see_concerned", "核对回避"),
        ("name_concerned", "登记有误"), ("see_concerned", "核对回避"),
    ]  # fmt: skip


def test_only_the_person_concerned_is_told_that_it_concerns_them(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bureau.write(LOADER) as recorder:
        sync(recorder, [replace(ONE, unit_id="420106", concerned=("P-1",))], {}, now())
    with bureau.write(Actor("zhao", "discipline")) as recorder:
        handling.act(recorder, "w1", "comment", Given(text="待派单"))
    said = Words("en").say("handling.concerns_you")
    for number, is_told in (("P-1", True), ("P-2", False)):
        monkeypatch.setattr(signing_in, "THE_SINGLE_USER", Actor("x", "office_head", "420106", number))
        assert (said in shown(opened("handling", "en", warning="w1"))) is is_told


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_is_concerned_states_their_side_and_sees_nothing_of_who_handles_it(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    say = Words(language).say  # type: ignore[arg-type]
    with bureau.write(KEEPER) as recorder:
        accounts.open_account(recorder, "worker", "field_staff", "420106")
    with bureau.write(LOADER) as recorder:
        sync(recorder, [replace(ONE, unit_id="420106", concerned=("P-1",))], {}, now())
    with bureau.write(Actor("zhao", "discipline")) as recorder:
        handling.act(recorder, "w1", "assign", Given(handler="worker", due_on=now().date()))
        handling.act(recorder, "w1", "comment", Given(text="先查排班表"))
    monkeypatch.setattr(signing_in, "THE_SINGLE_USER", Actor("y", "analyst", None, "P-2"))
    assert say("own_matters.none") in shown(opened("own_matters", language))
    monkeypatch.setattr(signing_in, "THE_SINGLE_USER", Actor("x", "analyst", None, "P-1"))
    assert '"w1"' in sent(opened("own_matters", language))
    app = opened("own_matters", language, warning="w1")
    assert say("handling.concerns_you") in shown(app) and say("own_matters.nothing_said") in shown(app)
    assert not [one for one in ("worker", "zhao", "先查排班表") if one in shown(app)]
    app.text_area[0].input("当日出差")
    label = FLOW.moves["state_side"].label
    press(app, label.zh if language == "zh" else keeping.titled(Words("en"), "", label.en))
    assert "当日出差" in shown(app) and say("own_matters.nothing_said") not in shown(app)
    with bureau.read() as session:
        steps = [one.text for one in reading.detail(session, Actor("zhao", "discipline"), "w1").steps]
    assert steps == [None, "先查排班表", "当日出差"]


def test_a_list_is_drafted_in_the_form_and_opened(bureau: Ledger) -> None:
    app = opened("duties")
    boxes = {one.label: one for one in app.selectbox}
    boxes["清单类别"].select("minor_power")
    boxes["岗位"].select("inspector")
    boxes["机构"].select("420106")
    next(one for one in app.button if one.label == "编制清单").click().run()
    assert not app.exception
    with bureau.read() as session:
        (found,) = lists.listed(session, signing_in.THE_SINGLE_USER, None)
    assert (found.list_kind, found.post, found.author) == ("minor_power", "inspector", "local")
    app = opened("duties", entry=found.list_id)
    assert "小微权力清单" in shown(app) and "编制中" in shown(app)
    offered = [one.label for one in app.button]
    assert "停用" in offered and "审定施行" not in offered, "another person approves it"


def test_a_refusal_is_told_and_what_was_typed_stays(bureau: Ledger) -> None:
    app = opened("duties", view="tasks")
    boxes = {one.label: one for one in app.selectbox}
    boxes["任务清单"].select("three_lists")
    boxes["责任主体"].select("party_group")
    boxes["机构"].select("420106")
    app.text_area[0].input("每季度研究一次")
    app.date_input[0].set_value(now().date())
    next(one for one in app.button if one.label == "下达任务").click().run()
    assert not app.exception
    assert "责任主体与任务清单不符" in shown(app)
    assert app.text_area[0].value == "每季度研究一次"


def test_an_assessment_is_of_the_year_on_the_bureaus_clock(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that counts in another zone is still in the old year on New Year's morning, or in the new one."""
    monkeypatch.setattr(base, "moment", lambda: datetime(2031, 1, 1, 0, 30))
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        DUTIES["assessments"].create(recorder, {"unit_id": "420106"})
    with bureau.read() as session:
        assert [one.year for one in assessments.listed(session, signing_in.THE_SINGLE_USER)] == [2031]


def test_an_entry_of_each_kind_opens(bureau: Ledger) -> None:
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        today = now().date()
        task = tasks.assign(recorder, "three_lists", "top_leader_supervision", "420106", "任务", today)
        honour = honours.record(recorder, "420106", "示范点", "市局", "municipal", today)
        posted = scenarios.propose(recorder, "题目", "专卖科", "420106", "需求")
    assert "任务" in shown(opened("duties", view="tasks", entry=task.task_id))
    assert "示范点" in shown(opened("duties", "en", view="honours", entry=honour.honour_id))
    assert "▶ 部门出题" in shown(opened("scenarios", entry=posted.scenario_id))


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_opens_a_draft_is_told_what_of_the_list_in_force_it_lacks(bureau: Ledger, language: str) -> None:
    who, kind = signing_in.THE_SINGLE_USER, ("minor_power", "inspector", "420106")
    with bureau.write(who) as recorder:
        first = lists.draft(recorder, *kind)
        lists.set_items(recorder, first.list_id, [{"power": "许可核查", "risk": "人情证"}, {"power": "检查"}])
    with bureau.write(Actor("zhao", "discipline")) as recorder:
        lists.MACHINE.act(recorder, first.list_id, "approve", {})
    with bureau.write(who) as recorder:
        second = lists.draft(recorder, *kind)
    said = Words(language).say("duties.left_out", count=1)  # type: ignore[arg-type]
    assert said not in shown(opened("duties", language, entry=second.list_id))
    with bureau.write(who) as recorder:
        lists.set_items(recorder, second.list_id, [{"power": "检查"}])
    page = shown(opened("duties", language, entry=second.list_id))
    assert said in page and "许可核查 · 人情证" in page


def test_a_list_of_supervision_is_drafted_and_its_items_are_set_as_tasks(bureau: Ledger) -> None:
    app = opened("duties", "en")
    boxes = {one.label: one for one in app.selectbox}
    boxes["List kind"].select("three_lists")
    boxes["Post held"].select("leader")
    boxes["Unit"].select("420106")
    press(app, "Draft a list")
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        (found,) = lists.listed(recorder.session, signing_in.THE_SINGLE_USER, None)
        lists.set_items(recorder, found.list_id, [{"power": "每季度听取一次汇报", "indicator_ids": ("Q5",)}])
    with bureau.write(Actor("zhao", "discipline")) as recorder:
        lists.MACHINE.act(recorder, found.list_id, "approve", {})
    app = opened("duties", entry=found.list_id)
    assert "三张清单" in shown(app) and str(now().date() + timedelta(days=365)) in shown(app)
    with bureau.read() as session:
        (item,) = lists.items(session, found.list_id)
    for label, value in (
        ("清单条目", item.item_id),
        ("责任主体", "top_leader_supervision"),
        ("机构", "420106"),
    ):
        next(one for one in app.selectbox if one.label == label).select(value)
    app.date_input[0].set_value(now().date())
    press(app, "下达任务")
    assert "每季度听取一次汇报" in shown(app) and "进行中" in shown(app)
    with bureau.read() as session:
        (task,) = tasks.listed(session, signing_in.THE_SINGLE_USER)
    assert (task.item_id, task.task_list, task.task) == (item.item_id, "three_lists", item.power)


def test_an_activity_is_planned_and_recorded_with_what_its_kind_has(bureau: Ledger) -> None:
    app = opened("duties", view="activities")
    boxes = {one.label: one for one in app.selectbox}
    boxes["活动类型"].select("training")
    boxes["机构"].select("420106")
    app.date_input[0].set_value(now().date())
    number = next(one for one in app.text_input if one.label.startswith("对象人员工号"))
    number.set_value("P-head、P-nobody")
    press(app, "计划活动")
    assert Words("zh").say("handling.no_such_staff", numbers="P-head、P-nobody") in shown(app)
    with bureau.read() as session:
        assert not activities.listed(session, signing_in.THE_SINGLE_USER)
    number = next(one for one in app.text_input if one.label.startswith("对象人员工号"))
    number.set_value(f" {fixture.SECRET} ")
    press(app, "计划活动")
    with bureau.read() as session:
        (found,) = activities.listed(session, signing_in.THE_SINGLE_USER)
    app = opened("duties", view="activities", entry=found.activity_id)
    assert [one.label for one in app.number_input] == ["成绩（选填）"], "a training has a score and no issues"
    app.date_input[0].set_value(now().date())
    app.number_input[0].set_value(88)
    press(app, "登记完成")
    assert "88" in shown(app) and fixture.SECRET in shown(app) and "已完成" in shown(app)


def test_a_branch_meeting_is_planned_and_recorded_on_the_page(bureau: Ledger) -> None:
    app = opened("duties", view="activities")
    boxes = {one.label: one for one in app.selectbox}
    boxes["活动类型"].select("three_meetings_one_lesson")
    boxes["机构"].select("420106")
    app.date_input[0].set_value(now().date())
    press(app, "计划活动")
    assert "三会一课须选择会议类型" in shown(app)
    next(one for one in app.selectbox if one.label == "会议类型（选填）").select("party_lesson")
    press(app, "计划活动")
    with bureau.read() as session:
        (found,) = activities.listed(session, signing_in.THE_SINGLE_USER)
    app = opened("duties", view="activities", entry=found.activity_id)
    assert "党课" in shown(app) and not app.number_input and not app.text_area, "no field for what was said"
    app.date_input[0].set_value(now().date())
    press(app, "登记完成")
    assert "已完成" in shown(app)
    assert "Party lesson" in shown(opened("duties", "en", view="activities", entry=found.activity_id))


def test_a_project_shows_its_five_ones_and_its_milestones(bureau: Ledger) -> None:
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        one = initiatives.start(
            recorder, "five_ones", "station", "420106", "清廉烟站", now().date(), feature="三道公示关口",
            lead_department="专卖科", team="专班",
        )  # fmt: skip
    app = opened("duties", view="initiatives", entry=one.initiative_id)
    app.date_input[0].set_value(now().date())
    press(app, "定方案")
    told = shown(app)
    assert all(said in told for said in ("三道公示关口", "专卖科", "专班", "里程碑", "定方案日期"))
    assert told.count("未达成") == 3 and str(now().date()) in told


def test_evidence_is_seen_by_who_reviews_and_added_by_who_completes(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        task = tasks.assign(recorder, "three_lists", "top_leader_supervision", "420106", "任务", now().date())
        tasks.add_evidence(recorder, task.task_id, "纪要.pdf", b"%PDF-1.7 evidence")
        own = assessments.begin(recorder, "420106", now().year)
        assessments.add_evidence(recorder, own.assessment_id, "自评.pdf", b"%PDF-1.7 own")
    said = Words("zh").say("handling.attach")
    for role, view, entry, file_name, may_add in (
        ("office_head", "tasks", task.task_id, "纪要.pdf", True),
        ("manager", "assessments", own.assessment_id, "自评.pdf", False),
    ):
        monkeypatch.setattr(signing_in, "THE_SINGLE_USER", Actor("wang", role, "420106"))
        app = opened("duties", view=view, entry=entry)
        assert any(file_name in str(one.proto.label) for one in app.get("download_button")), role
        assert (said in [one.label for one in app.button]) is may_add, role
        if may_add:
            press(app, said)
            assert "请填写附件。" in shown(app), "whoever attaches no file is told so"


def test_a_file_is_taken_past_the_page_and_only_while_the_session_lasts(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        task = tasks.assign(recorder, "three_lists", "top_leader_supervision", "420106", "任务", now().date())
        tasks.add_evidence(recorder, task.task_id, "纪要.pdf", b"%PDF-1.7 evidence")
    offered: list[Any] = []
    is_over: list[bool] = []

    def require_session() -> None:
        if is_over:
            raise policy.declared().refused("session_ended")

    monkeypatch.setattr(visitor, "lasting", lambda: require_session)
    monkeypatch.setattr(keeping.st, "download_button", lambda *_, data, **__: offered.append(data))
    opened("duties", view="tasks", entry=task.task_id)
    assert offered[0]() == b"%PDF-1.7 evidence"
    assert not [name for name in keeping.st.session_state if "file_" in str(name)], "of all people, for good"
    is_over.append(True)
    with pytest.raises(policy.RefusedError):
        offered[0]()


def test_a_list_whose_yearly_review_is_near_or_past_says_so(bureau: Ledger) -> None:
    words, ages = Words("zh"), {"inspector": 10, "window_clerk": 340, "legal_reviewer": 366}
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        made = {post: lists.draft(recorder, "minor_power", post, "420106") for post in ages}
        for one in made.values():
            lists.set_items(recorder, one.list_id, [{"power": "检查"}])
    with bureau.write(Actor("zhao", "discipline")) as recorder:
        for post, age in ages.items():
            lists.MACHINE.act(recorder, made[post].list_id, "approve", {}, now() - timedelta(days=age))
    rows = {
        one["key"]: one["due"]
        for one in json.loads(opened("duties").get("bidi_component")[0].proto.json)["rows"]
    }
    told = {post: (rows[made[post].list_id]["under"], rows[made[post].list_id]["tone"]) for post in ages}
    assert told == {
        "inspector": ("", "plain"),
        "window_clerk": (words.say("duties.due_soon"), "plain"),
        "legal_reviewer": (words.say("handling.late"), "overdue"),
    }


def test_what_is_sent_is_not_lost_where_somebody_else_put_something_in_meanwhile(bureau: Ledger) -> None:
    me, said = signing_in.THE_SINGLE_USER, Words("zh")
    with bureau.write(me) as recorder:
        drawn = lists.draft(recorder, "minor_power", "inspector", "420106")
        own = assessments.begin(recorder, "420106", now().year)
        scenarios.propose(recorder, "题目一", "专卖科", "420106", "需求")
    register = opened("scenarios")
    items = opened("duties", view="lists", entry=drawn.list_id)
    score = opened("duties", view="assessments", entry=own.assessment_id)
    press(score, said.say("duties.save_score"))
    assert "请填写要素。" in shown(score), "what is sent without it is told, not dropped"
    with bureau.write(me) as recorder:
        scenarios.propose(recorder, "题目二", "专卖科", "420106", "需求")
        lists.set_items(recorder, drawn.list_id, [{"power": "检查"}])
        assessments.score(recorder, own.assessment_id, assessments.ELEMENTS[0], 1, "先行自评")
    for box, text in zip(register.text_input, ("题目三", "专卖科"), strict=False):
        box.set_value(text)
    for area in register.text_area:
        area.set_value("需求三")
    register.selectbox[0].set_value("420106")
    press(register, said.say("duties.new_scenarios"))
    score.selectbox[0].set_value(assessments.ELEMENTS[0])
    score.number_input[0].set_value(2)
    score.text_area[0].set_value("自评")
    for app, label in ((items, "duties.save_items"), (score, "duties.save_score")):
        press(app, said.say(label))
        assert "他人已先行操作" in shown(app)
    press(score, said.say("duties.save_score"))
    with bureau.read() as session:
        assert {one.title for one in scenarios.listed(session, me)} == {"题目一", "题目二", "题目三"}
        assert [one.power for one in lists.items(session, drawn.list_id)] == ["检查"]
        assert assessments.items(session, own.assessment_id)[0].self_score == 2
    assert [box.value for box in register.text_input][:2] == ["", ""], "blank for the next one"


# --- ratings and what people say --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("view", ["matters", "ratings", "codes"])
def test_the_page_on_feedback_opens_without_any(bureau: Ledger, view: str, language: str) -> None:
    said = Words("zh" if language == "zh" else "en")
    app = opened("feedback", language, view=view)
    if view == "codes":
        assert said.say("feedback.issue") in [one.label for one in app.button]
    else:
        assert said.say(f"feedback.no_{view}") in shown(app)


def test_codes_are_made_in_the_form_and_shown_until_they_are_cleared(bureau: Ledger) -> None:
    words = Words("zh")
    app = opened("feedback", view="codes")
    press(app, words.say("feedback.issue"))
    assert "请填写机构。" in shown(app) and not app.exception
    next(one for one in app.selectbox if one.label == words.say("handling.unit")).select("420106")
    next(one for one in app.number_input if one.label == words.say("feedback.count")).set_value(3)
    next(one for one in app.button if one.label == words.say("feedback.issue")).click().run()
    assert not app.exception
    made = app.code[0].value.splitlines()
    assert len(made) == 3
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        ratings.rate(recorder, made[0], hash_key(), "dissatisfied", {"attitude_rating": 2})
    printed = slips.sheet(words, made, "<某所>", "", now().date()).decode()
    assert all(code in printed for code in made) and "&lt;某所&gt;" in printed and "http" not in printed
    next(one for one in app.button if one.label == words.say("feedback.clear")).click().run()
    assert not app.code and not app.exception

    (waiting,) = (one for one in bad_ones(bureau))
    app = opened("feedback", view="ratings", entry=waiting.rating_id)
    for step in ("rectified", "revisited"):
        next(one for one in app.button if one.label == words.say(f"feedback.do_{step}")).click().run()
        assert not app.exception
    assert words.say("feedback.no_ratings") in shown(app) and bad_ones(bureau) == []


def test_a_form_that_is_sent_twice_acts_once_and_what_it_made_stands(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request comes while the first one's act is written, and breaks its run off where it tells of it."""
    words, sent = Words("zh"), []

    def sent_again(_: str) -> None:
        found = get_script_run_ctx()
        assert found is not None
        if not sent:
            sent.append(WidgetStates(widgets=found.session_state.get_widget_states()))
            raise RerunException(RerunData(found.query_string, sent[0], found.page_script_hash))

    monkeypatch.setattr(keeping.st, "toast", sent_again)
    app = opened("feedback", view="codes")
    app.selectbox[0].select("420106")
    app.number_input[0].set_value(3)
    press(app, words.say("feedback.issue"))
    assert sent and len(app.code[0].value.splitlines()) == 3
    sent.clear()
    app = opened("scenarios")
    for box in (*app.text_input, *app.text_area):
        box.set_value("题目")
    app.selectbox[0].set_value("420106")
    press(app, words.say("duties.new_scenarios"))
    with bureau.read() as session:
        assert len(session.scalars(select(VisitCode)).all()) == 3 and sent
        assert len(scenarios.listed(session, signing_in.THE_SINGLE_USER)) == 1


def bad_ones(ledger: Ledger) -> list[Rating]:
    with ledger.read() as session:
        return ratings.bad_ones(session, signing_in.THE_SINGLE_USER)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_matter_is_accepted_and_closed_with_an_answer_and_its_words_stay_sealed(
    bureau: Ledger, language: str
) -> None:
    _, public = vault.new_key_pair()
    said = matters.Said("report", "他向我要了两条烟", "taking_or_extorting", name="欧阳暗访")
    sealed = matters.seal(said, bytes.fromhex(public))
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        receipt = matters.submit(recorder, sealed, "420106", hash_key(), matters.Deadlines(3, 13))
    with bureau.read() as session:
        (one,) = matters.listed(session, signing_in.THE_SINGLE_USER)
    app = opened("feedback", language, view="matters", entry=one.matter_id)
    assert Words("zh" if language == "zh" else "en").say("feedback.sealed") in shown(app)
    accept, close = (matters.FLOW.moves[name].label for name in ("accept", "close"))
    for label in (accept, close):
        for box in app.text_area:
            box.input("已核实并整改。")
        name = label.zh if language == "zh" else label.en.capitalize()
        next(button for button in app.button if button.label == name).click().run()
        assert not app.exception
        assert said.name not in shown(app) and said.text not in shown(app)
    with bureau.read() as session:
        standing = matters.follow(session, receipt, hash_key())
    assert standing is not None and (standing.state, standing.answer) == ("closed", "已核实并整改。")


def test_a_ledger_that_cannot_be_reached_is_told_and_the_page_stands(
    bureau: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("handling")
    visitor.ledger.clear()
    monkeypatch.setenv(ADDRESS_VARIABLE, f"sqlite:///{tmp_path / 'nowhere' / 'ledger.db'}")
    app.run()
    assert not app.exception
    assert Words("zh").say("handling.unreachable") in shown(app)
    assert Words("zh").say("handling.counts") in shown(app), "what was read last"


def test_every_page_has_its_words_and_its_place() -> None:
    for entries in contents.PAGES.values():
        for name, _, address in entries:
            assert Words("zh").say(f"{name}.title") and address not in {
                path.stem for path in (ROOT / "pages").glob("*.py")
            }


def test_a_launched_problem_shows_its_indicator_before_and_after(bureau: Ledger) -> None:
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        posted = scenarios.propose(recorder, "题目", "专卖科", "420106", "需求")
        posted.indicator_id, posted.launched_on = "L1", date(2026, 3, 9)
        recorder.record("post_scenario", "scenario", posted.scenario_id)
    assert Words("zh").say("scenarios.before_after") in shown(opened("scenarios", entry=posted.scenario_id))
    words, item = Words("zh"), catalogue().indicators["L1"]
    spots = [
        Spot(date(2026, month, 1), "value", value=0.9, centre=centre)
        for month, centre in ((1, 0.80), (2, 0.80), (3, 0.95), (4, None))
    ]
    said = [text for _, text in launching.told(words, item, spots, date(2026, 3, 1))]
    assert said == [words.month(date(2026, 3, 1)), "80.0%（2 个月）", "95.0%（2 个月）"]
    assert "1 个月" in launching.told(words, item, spots[3:], date(2026, 3, 1))[2][1]
    assert launching.told(words, item, spots, None)[0][1] == words.say("scenarios.not_launched")


def test_the_discipline_role_takes_an_envelope_for_a_purpose_that_is_kept(
    bureau: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = matters.Said("report", "他向我要了两条烟", "taking_or_extorting", name="欧阳暗访")
    sealed = matters.seal(said, bytes.fromhex(vault.new_key_pair()[1]))
    with bureau.write(signing_in.THE_SINGLE_USER) as recorder:
        matters.submit(recorder, sealed, "420106", hash_key(), matters.Deadlines(3, 13))
    with bureau.read() as session:
        (one,) = matters.listed(session, signing_in.THE_SINGLE_USER)
    words = Words("zh")
    app = opened("feedback", view="matters", entry=one.matter_id)
    assert words.say("feedback.take") not in [button.label for button in app.button], "the vault stays shut"
    monkeypatch.setattr(signing_in, "THE_SINGLE_USER", Actor("zhao", "discipline"))
    app = opened("feedback", view="matters", entry=one.matter_id)
    for purpose, expected in (("", "handling.refused"), ("核实线索", "feedback.taken")):
        next(field for field in app.text_input if field.label == words.say("feedback.purpose")).set_value(
            purpose
        )
        next(button for button in app.button if button.label == words.say("feedback.take")).click().run()
        assert not app.exception and words.say(expected) in shown(app)
        assert "两条烟" not in shown(app)
    with bureau.read() as session:
        entries = session.scalars(
            select(Entry).where(Entry.action == "open_vault").order_by(Entry.sequence)
        ).all()
    assert [(one.account, one.purpose) for one in entries] == [("zhao", ""), ("zhao", "核实线索")]
