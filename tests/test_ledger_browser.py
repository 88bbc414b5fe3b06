"""The whole life of a warning in the browser, by the people whom a proxy names, on one server and one ledger."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_fixture import KEEPER, LOADER, Databases, databases
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect
from sqlalchemy import select
from test_ledger_disposition import ONE

from docs.pictures import browsing
from ledger import accounts, proof
from ledger.disposition.syncing import sync
from ledger.schema import Activity, Disposition, Step, Task, Unit, WorkingDay, now
from ledger.storage import ADDRESS_VARIABLE, ANCHOR_VARIABLE, Ledger
from model.policy import signing_in
from pages.parts import guard
from pages.parts.words import Words
from tests import warehouse_fixture as fixture

__all__ = ["databases"]
pytestmark = pytest.mark.browser
UNIT = "420106"
SECRET = secrets.token_hex(32)
SAY = Words("zh").say
NAME = "走访![1](auth&sol;logout).txt"
"""A file whose name is an image to Markdown, at the address that signs out."""
PHONES = ("worker", "colleague", "deputy")


@pytest.fixture(scope="module")
def bureau(databases: Databases) -> Iterator[Ledger]:
    """The people, a calendar, and two warnings that concern one of them."""
    found = databases.new()
    days = [now().date() + timedelta(days=number) for number in range(60)]
    with found.write(KEEPER) as recorder:
        recorder.replace_register(
            "sync", Unit, [{"unit_id": UNIT, "parent_unit_id": None, "name": "武昌区局(营销部)"}]
        )
        recorder.replace_register("sync", WorkingDay, [{"date": day, "is_working_day": True} for day in days])
        for name, role in (("head", "office_head"), ("worker", "field_staff"), ("secretary", "branch_secretary"),
                           ("deputy", "branch_secretary"),
                           ("chief", "manager"), ("analyst", "analyst"), ("colleague", "field_staff"),
                           ("zhao", "discipline")):  # fmt: skip
            accounts.open_account(recorder, name, role, UNIT, f"P-{name}")
    with found.write(LOADER) as recorder:
        raised = [
            replace(ONE, unit_id=UNIT, warning_id=name, concerned=("P-colleague",)) for name in ("w1", "w2")
        ]
        sync(recorder, raised, {}, now())
    yield found
    found.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published warehouse, and how people sign in."""
    folder = tmp_path_factory.mktemp("served")
    fixture.publish(folder / "warehouse")
    said = f'mode = "proxy"\naccount = "name"\nproxy_secret = "{SECRET}"\n'
    (folder / "sign_in.toml").write_text(said, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(bureau: Ledger, folder: Path) -> Iterator[str]:
    variables = {
        ANCHOR_VARIABLE: str(bureau.anchor),
        ADDRESS_VARIABLE: bureau.engine.url.render_as_string(hide_password=False),
        signing_in.FILE_VARIABLE: str(folder / "sign_in.toml"),
        "STREAMLIT_SERVER_TRUSTED_USER_HEADERS": json.dumps({"X-Remote-User": "name"}),
    }
    with browsing.served(folder / "warehouse", variables) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as found:
        yield found


@contextmanager
def signed_in(
    browser: Browser, address: str, name: str, path: str = "/disposition?warning=w1"
) -> Iterator[Page]:
    """The window as one person has it, on a phone's width for those who work in the field.

    It is the same tab for all, so that the scripts of the pages are read once.
    """
    context = browser.contexts[0] if browser.contexts else browser.new_context()
    page = context.pages[0] if context.pages else context.new_page()
    context.clear_cookies()
    context.set_extra_http_headers({"X-Remote-User": name, guard.PROXY_HEADER: SECRET})
    page.set_default_timeout(60_000)
    page.set_viewport_size(
        {"width": 390, "height": 844} if name in PHONES else {"width": 1440, "height": 1000}
    )
    page.goto(address + path)
    yield page
    page.goto("about:blank")


def choose(page: Page, label: str, text: str) -> None:
    """Open a list and take an option; a list that the page's own drawing closed again is opened once more."""
    option = page.get_by_role("option", name=text)
    for _ in range(5):
        page.get_by_role("combobox", name=label).click()
        try:
            option.click(timeout=4_000)
            return
        except TimeoutError:
            continue
    raise AssertionError(f"{label}: {text} cannot be chosen")


def give_day(page: Page, label: str) -> None:
    """Type today into a date, part after part."""
    page.get_by_role("spinbutton", name=f"year, {label}").click()
    page.keyboard.type(f"{now():%Y%m%d}")


def press(page: Page, name: str) -> None:
    page.get_by_test_id("stForm").get_by_role("button", name=name).click()


def listed(page: Page, name: str) -> Locator:
    """An entry of the table, which leads to it."""
    return page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).last


def press_chosen(page: Page, move: str, text: str) -> None:
    """Choose one of the moves, say why, and make it."""
    page.get_by_role("radio", name=move).click()
    expect(page.get_by_test_id("stForm").get_by_role("button", name=move)).to_be_visible()
    page.get_by_role("textbox", name="说明").fill(text)
    press(page, move)


def state(page: Page, text: str) -> None:
    expect(page.locator(".st-key-panel_move .panel-heading p")).to_have_text(text)


def item(ledger: Ledger) -> Disposition:
    with ledger.read() as session:
        return session.get_one(Disposition, "w1")


def test_the_whole_life_of_a_warning_by_four_people(browser: Browser, address: str, bureau: Ledger) -> None:
    with signed_in(browser, address, "head") as page:
        state(page, "已触发")
        choose(page, "承办人", "worker")
        press(page, "派单")
        state(page, "已派单")
    with signed_in(browser, address, "colleague") as page:
        expect(page.get_by_text(SAY("handling.concerns_you"))).to_be_visible()
        page.get_by_role("textbox", name="说明").fill("当日系统故障")
        press(page, "申辩")
        expect(page.locator(".st-key-panel_history")).to_contain_text("当日系统故障")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with signed_in(browser, address, "worker") as page:
        expect(page.locator(".st-key-panel_history")).to_contain_text("申辩（涉及人员）：当日系统故障")
        press(page, "开始核实")
        state(page, "核实中")
        choose(page, "核实结论", "工作瑕疵")
        page.get_by_role("textbox", name="说明").fill("核对了台账")
        press(page, "提交处置")
        expect(page.get_by_role("alert").get_by_text("工作瑕疵")).to_be_visible()
        expect(page.get_by_role("textbox", name="说明")).to_have_value("核对了台账")
        choose(page, "处置措施", "提醒谈话")
        press(page, "提交处置")
        state(page, "已处置")
        expect(page.get_by_text(SAY("handling.no_moves"))).to_have_count(0)
        expect(page.get_by_role("button", name="复核通过")).to_have_count(0)
    with signed_in(browser, address, "secretary") as page:
        page.get_by_role("radio", name="复核通过").click()
        press(page, "复核通过")
        state(page, "已复核")
    with signed_in(browser, address, "chief") as page:
        page.get_by_role("radio", name="销号").click()
        press(page, "销号")
        state(page, "已销号")
        expect(page.locator(".st-key-panel_history")).to_contain_text("核对了台账")
        found = item(bureau)
        press_chosen(page, "重开", "收到新证据")
        state(page, "已重开")
        expect(page.get_by_test_id("stForm").get_by_role("button", name="派单")).to_be_visible()
    reopened = item(bureau)
    assert (reopened.state, reopened.handler, reopened.verdict) == (
        "reopened",
        None,
        None,
    ) and reopened.due_at
    assert (found.state, found.handler, found.reviewer, found.verdict) == (
        "closed",
        "worker",
        "secretary",
        "work_flaw",
    )
    assert proof.verify(bureau).holds


def test_the_trail_of_it_is_read_and_proved_on_its_page(browser: Browser, address: str) -> None:
    with signed_in(browser, address, "zhao", "/audit-trail") as page:
        page.get_by_role("button", name=SAY("audit.verify")).click()
        expect(page.get_by_role("heading", name=SAY("audit.holds"))).to_be_visible()
        stated = page.get_by_role("row").filter(has_text="申辩").filter(has_text="colleague")
        stated.get_by_role("button").click()
        acts = page.locator(".st-key-panel_acts")
        acts.get_by_role("textbox", name=SAY("feedback.purpose")).fill("例行抽查")
        page.get_by_role("button", name=SAY("audit.open")).click()
        expect(page.get_by_test_id("stCode")).to_contain_text("state_side")
        page.get_by_role("button", name=SAY("audit.back")).click()
        expect(stated).to_be_visible()


def test_a_form_keeps_what_was_typed_while_the_ledger_is_gone(
    browser: Browser, address: str, bureau: Ledger, databases: Databases
) -> None:
    """A server goes away and comes back; a file of SQLite cannot."""
    if (server := databases.server) is None:
        pytest.skip("a file does not go away")
    said = "已电话核实,附台账编号"
    with signed_in(browser, address, "head", "/disposition?warning=w2") as page:
        page.get_by_role("radio", name="添加说明").click()
        expect(page.get_by_test_id("stForm").get_by_role("button", name="添加说明")).to_be_visible()
        page.get_by_role("textbox", name="说明", exact=True).fill(said)
        server.stop()
        press(page, "添加说明")
        expect(page.get_by_text(SAY("handling.unsaved"))).to_be_visible()
        expect(page.get_by_role("textbox", name="说明", exact=True)).to_have_value(said)
        server.start()
        press(page, "添加说明")
        history = page.locator(".st-key-panel_history").filter(has_text=said)
        expect(history).to_have_count(1)
        expect(page.get_by_text(SAY("handling.unsaved"))).to_have_count(0)
    found = proof.verify(bureau)
    assert found.holds, found.findings
    with bureau.read() as session:
        assert [step.text for step in session.scalars(select(Step).where(Step.warning_id == "w2"))] == [said]


def test_a_talk_is_planned_and_recorded_on_a_phone(browser: Browser, address: str, bureau: Ledger) -> None:
    with signed_in(browser, address, "deputy", "/duty?view=activities") as page:
        page.get_by_text(SAY("duties.new_activities")).first.click()
        choose(page, "活动类型", "谈话")
        choose(page, "机构", "区局")
        give_day(page, "计划日期")
        page.get_by_role("textbox", name="对象人员工号").fill("P-worker")
        press(page, SAY("duties.new_activities"))
        expect(page.get_by_role("alert").get_by_text("谈话须填写层级和功能")).to_be_visible()
        expect(page.get_by_role("textbox", name="对象人员工号")).to_have_value("P-worker")
        choose(page, "谈话层级", "所部")
        choose(page, "谈话功能", "提示风险")
        page.keyboard.press("Escape")
        press(page, SAY("duties.new_activities"))
        listed(page, "谈话").click()
        give_day(page, "完成日期")
        press(page, "登记完成")
        expect(page.get_by_text("已完成").first).to_be_visible()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    with bureau.read() as session:
        (held,) = session.scalars(select(Activity))
    assert (held.activity_kind, held.state, held.talk_functions) == ("talk", "done", ("warn_of_risk",))


def test_who_works_in_the_field_completes_their_own_task_on_a_phone(
    browser: Browser, address: str, bureau: Ledger
) -> None:
    with signed_in(browser, address, "head", "/duty?view=tasks") as page:
        page.get_by_text(SAY("duties.new_tasks")).first.click()
        choose(page, "任务清单", "三张清单")
        choose(page, "责任主体", "对班子成员监督")
        choose(page, "机构", "区局")
        page.get_by_role("textbox", name="任务内容").fill("走访十户")
        give_day(page, "完成期限")
        choose(page, "承办人", "worker")
        press(page, SAY("duties.new_tasks"))
        expect(listed(page, "走访十户")).to_be_visible()
    with signed_in(browser, address, "colleague", "/duty") as page:
        expect(page.get_by_text(SAY("duties.none"))).to_be_visible()
    with signed_in(browser, address, "worker", "/duty?lang=en") as page:
        listed(page, "走访十户").click()
        expect(page.get_by_test_id("stForm").get_by_role("button", name="Complete")).to_be_visible()
        narrow = "Math.min(...[...document.querySelectorAll('.told dd')].map(one => one.clientWidth))"
        assert page.evaluate(narrow) > 120, "what is said is not squeezed beside its label"
    with signed_in(browser, address, "worker", "/duty") as page:
        listed(page, "走访十户").click()
        press(page, "完成")
        expect(page.get_by_role("alert").get_by_text("请先上传佐证材料")).to_be_visible()
        page.locator("input[type=file]").set_input_files(
            {"name": NAME, "mimeType": "text/plain", "buffer": "走访十户，均已签字。".encode()}
        )
        expect(page.get_by_text("走访!")).to_be_visible()
        press(page, SAY("handling.attach"))
        expect(page.get_by_test_id("stDownloadButton").get_by_text(NAME)).to_be_visible()
        expect(page.get_by_test_id("stDownloadButton").get_by_role("img")).to_have_count(0)
        press(page, "完成")
        expect(page.get_by_text("已完成").first).to_be_visible()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    with bureau.read() as session:
        (held,) = session.scalars(select(Task))
    assert (held.state, held.handler, held.done_by) == ("done", "worker", "worker")


def test_in_another_language_a_form_keeps_the_words_and_asks_for_the_choices_again(
    browser: Browser, address: str
) -> None:
    """A choice that only seemed to stand was left out of what was submitted."""
    with signed_in(browser, address, "head", "/duty?view=tasks") as page:
        page.get_by_text(SAY("duties.new_tasks")).first.click()
        choose(page, "任务清单", "三张清单")
        page.get_by_role("textbox", name="任务内容").fill("走访十户")
        page.get_by_text("English", exact=True).click()
        page.wait_for_url("**lang=en**")
        expect(page.get_by_test_id("stForm").locator("input").first).to_have_value("", timeout=20_000)
        expect(page.get_by_test_id("stForm").locator("textarea")).to_have_value("走访十户", timeout=20_000)


def test_who_may_not_see_warnings_is_not_offered_the_page(browser: Browser, address: str) -> None:
    with signed_in(browser, address, "analyst", "/") as page:
        expect(page.get_by_role("link", name="总览")).to_be_visible()
        expect(page.get_by_role("link", name="预警处置")).to_have_count(0)


def test_a_stranger_is_told_so(browser: Browser, address: str) -> None:
    with signed_in(browser, address, "stranger") as page:
        expect(page.get_by_text("账号“stranger”未登记")).to_be_visible()
        expect(page.get_by_role("link", name="总览")).to_have_count(0)
