"""The pages in a real browser: nothing cut, nothing in the wrong language, nothing asked of another host.

One server and one tab serve all tests, so that the scripts of the pages are read once; a test moves the warehouse's
CURRENT to the state that it needs. Nothing sleeps: everything waits for what it will see.
"""

from __future__ import annotations

import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, Request, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from docs.pictures import browsing
from model import warehouse
from pages.data_health import VIEWS
from pages.parts.words import Words
from tests import warehouse_fixture as fixture

pytestmark = pytest.mark.browser

PAGES = {
    "overview": "/",
    "trends": "/trend?indicator=H2",
    "standards": "/running",
    "cells": "/market-cells",
    "complaints": "/tickets",
    "health": "/data-health",
}
DESKTOP, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}
DATA = re.compile(
    "|".join(
        map(
            re.escape,
            ["信息中心", "流水号", "中文", "武汉市局(公司)", *fixture.DISTRICTS.values(), *fixture.OFFICES],
        )
    )
)
CUT = """() => [...document.querySelectorAll('h1, h2, p, th, td, dt, dd, label, li, button, a, span')]
  .filter(one => one.offsetParent && one.clientWidth > 1 && one.innerText && !one.closest('.unseen')
    && getComputedStyle(one).display !== 'inline' && getComputedStyle(one).overflowX !== 'visible'
    && one.scrollWidth > one.clientWidth + 1)
  .concat([...document.querySelectorAll('.table-scroll')].filter(one => one.scrollWidth > one.clientWidth + 1))
  .map(one => one.innerText)"""
WIDE = "() => document.querySelector('[data-testid=stMain]').scrollWidth - window.innerWidth"
TEXT = """() => {
  const copy = document.querySelector('[data-testid=stApp]');
  const skipped = [...copy.querySelectorAll(`[data-testid=stIconMaterial], [data-testid=stSkipToContent],
    td.mono, td.long, .under`)];
  const hidden = skipped.map(one => [one, one.style.display]);
  hidden.forEach(([one]) => { one.style.display = 'none'; });
  const text = copy.innerText;
  hidden.forEach(([one, display]) => { one.style.display = display; });
  return text;
}"""

QUOTE = """() => {
  const mark = document.body.appendChild(document.createElement('span'));
  mark.style = 'position: absolute; font-size: 100px; font-family: "Noto Sans SC", "Noto Sans CJK SC"';
  mark.textContent = '\u201c';
  const width = mark.getBoundingClientRect().width;
  mark.remove();
  return width;
}"""
"""How wide a quotation mark is, in hundredths of its size."""


@dataclass
class Site:
    """The running service: its address, its warehouse, the tab, and every request that went elsewhere."""

    url: str
    directory: Path
    page: Page
    foreign: list[str]

    def show(self, state: str) -> None:
        """Let CURRENT name the snapshot of this state, or none."""
        if state == "empty":
            (self.directory / warehouse.CURRENT).unlink(missing_ok=True)
        else:
            fixture.point(self.directory, {"demo": "s000001", "failing": "s000009"}[state])

    def open(self, path: str, size: dict[str, int] = DESKTOP) -> Page:
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        self.page.goto(self.url + path)
        return settled(self.page)

    def note(self, request: Request) -> None:
        address = request.url
        if not address.startswith((self.url, "data:", "blob:")):
            self.foreign.append(address)


def settled(page: Page) -> Page:
    page.wait_for_selector(".page-title, .message")
    page.wait_for_function(browsing.READY)
    return page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("warehouse")
    fixture.publish(directory)
    fixture.publish_broken(directory)
    variables = {"INTEGRITY_POLL_SECONDS": "0.5"}
    with browsing.served(directory, variables) as url, browsing.chromium() as browser:
        context = browser.new_context()
        context.set_default_timeout(60_000)
        made = Site(url, directory, context.new_page(), [])
        context.on("request", made.note)
        yield made


def health(url: str) -> int:
    """The status of /healthz; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.fixture(autouse=True)
def nothing_asked_elsewhere(site: Site) -> Iterator[None]:
    yield
    assert site.foreign == [], "a request left the building"


def check(page: Page, language: str) -> None:
    """Nothing wider than the screen, nothing cut, no exception, one language."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        with suppress(BrowserError):
            page.wait_for_function(f"() => ({WIDE})() <= 0 && !({CUT})().length", timeout=3000)
        assert page.evaluate(WIDE) <= 0, f"wider than {size['width']}"
        assert page.evaluate(CUT) == []
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert page.locator(".stException").count() == 0
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    text = DATA.sub("", page.evaluate(TEXT)).replace("English", "")
    if language == "zh":
        said = re.sub(r"data/inbox|python -m etl run", "", text)
        assert re.findall(r"[A-Za-z]{3,}", said) == []
    else:
        assert re.findall(r"[\u4e00-\u9fff]+", re.sub(r"第.所\(部\)", "", text)) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_in_every_state_and_leaves_it_by_itself(site: Site, name: str, language: str) -> None:
    site.show("empty")
    path = PAGES[name]
    page = site.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
    page.evaluate("window.same = true")
    wanted = {"empty": "shared.empty_title", "failing": "shared.failing_title", "demo": f"{name}.title"}
    for state, key in wanted.items():
        site.show(state)
        title = page.locator("h1, h2").filter(has_text=Words(language).say(key)).first  # type: ignore[arg-type]
        expect(title).to_be_visible()
        expect(page.locator(".message")).to_have_count(int(state != "demo"))
        check(settled(page), language)
        assert page.locator("h1").count() == 1
    assert page.evaluate("window.same") is True


def choose(page: Page, name: str) -> None:
    """Choose a list and wait for it; a click that meets the page in the middle of its run is made again."""
    button = page.locator(".st-key-views button").filter(has_text=re.compile(f"^{name} "))
    heading = page.locator(".panel-heading h2")
    for patience in (4_000, 15_000):
        settled(page)
        button.click()
        try:
            expect(heading).to_have_text(name, timeout=patience)
            return
        except AssertionError:
            if patience == 15_000:
                raise


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_list_of_the_data_quality_page_is_whole(site: Site, language: str) -> None:
    site.show("demo")
    page = site.open(f"/data-health?lang={language}")
    for view in VIEWS:
        name = Words(language).say(f"health.{view}")  # type: ignore[arg-type]
        choose(page, name)
        page.wait_for_selector("table.list tbody tr")
        check(page, language)
        assert fixture.SECRET not in page.content()


def test_a_filter_is_written_to_the_url_and_a_shared_link_opens_the_same_picture(site: Site) -> None:
    site.show("demo")
    page = site.open("/?unit=420106&view=children")
    page.get_by_text("首义所(部)", exact=True).click()
    page.wait_for_url("**unit=420106-S01**")
    settled(page)
    page.get_by_text("English", exact=True).click()
    page.wait_for_url("**lang=en**")
    expect(page.locator("h1")).to_have_text("Overview")
    assert page.evaluate(QUOTE) < 60, "a Latin text has Latin quotation marks"
    page.get_by_text("Volumes", exact=True).click()
    expect(page.locator("table.figures").last).to_contain_text("of which in time")
    figures = settled(page).locator("table.figures").all_inner_texts()
    expect(page.locator(".panel-heading").first).to_contain_text("首义所(部)")
    page.reload()
    assert settled(page).locator("table.figures").all_inner_texts() == figures
    page.get_by_role("link", name="Data quality").click()
    expect(page.locator("h1")).to_have_text("Data quality")
    assert "lang=en" in page.url and "unit=420106-S01" in page.url


@pytest.mark.parametrize("path", ["/nothing", "/folder/nothing", "/overview"])
def test_an_address_without_a_page_says_so_and_leads_on(site: Site, path: str) -> None:
    site.show("demo")
    page = site.open(f"{path}?lang=en&unit=420106")
    expect(page.locator(".message h2")).to_have_text("There is no such page")
    assert page.get_by_role("dialog").count() == 0
    assert page.url.endswith(f"/{path.rsplit('/')[-1]}?lang=en&unit=420106")
    check(page, "en")
    page.get_by_role("link", name="Trends", exact=True).click()
    expect(page.locator("h1")).to_have_text("Trends")
    assert "unit=420106" in page.url


def test_the_first_page_is_found_at_its_own_address_too(site: Site) -> None:
    site.show("demo")
    page = site.open("/home?lang=en&unit=420106")
    expect(page.locator("h1")).to_have_text("Overview")
    assert "unit=420106" in page.url


def choose_wuchang(page: Page) -> None:
    """Type what stands in one unit's name, and take it when the list has come down to that unit."""
    box = page.locator("[class*=st-key-control_unit] input")
    box.fill("武昌")
    expect(page.get_by_role("option")).to_have_text(["武昌区局(营销部)"])
    page.keyboard.press("Enter")
    expect(box).to_have_value(re.compile("武昌区局"))


def test_a_unit_is_chosen_from_the_tree(site: Site) -> None:
    site.show("demo")
    page = site.open("/?view=volumes")
    choose_wuchang(page)
    page.wait_for_url("**unit=420106")
    expect(page.locator(".panel-heading").first).to_contain_text("武昌区局(营销部)")
    page.go_back()
    expect(page.locator(".panel-heading").first).to_contain_text("武汉市局(公司)")


def intercept(
    page: Page, asked: Callable[[bytes], bytes], answered: Callable[[ForwardMsg], bytes | None]
) -> None:
    """Pass on what `asked` makes of each request, and, after an answer, what `answered` adds to them."""

    def pass_on(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def hear(content: str | bytes) -> None:
            assert isinstance(content, bytes)
            socket.send(content)
            if (added := answered(ForwardMsg.FromString(content))) is not None:
                server.send(added)

        socket.on_message(lambda content: server.send(asked(content if isinstance(content, bytes) else b"")))
        server.on_message(hear)

    page.route_web_socket("**", pass_on)


def test_a_choice_is_kept_that_the_clock_took_along(site: Site) -> None:
    """The clock's own request may be the first to carry a choice; the page's own then says the address of before."""
    site.show("demo")
    page = site.page.context.new_page()
    clocks: list[str] = []
    held: list[bytes] = []
    chosen = "武昌区局".encode()

    def asked(content: bytes) -> bytes:
        message = BackMsg.FromString(content)
        run = message.rerun_script
        if run.fragment_id:  # one that took the choice along by itself leaves nothing to arrange
            clocks.append("" if chosen in content else run.fragment_id)
        elif chosen in content and run.query_string == "view=volumes" and clocks[-1]:
            run.fragment_id, run.is_auto_rerun = clocks[-1], True
            held.append(content)
        return message.SerializeToString()

    def answered(message: ForwardMsg) -> bytes | None:
        return held.pop() if held and message.HasField("page_info_changed") else None

    intercept(page, asked, answered)
    page.goto(f"{site.url}/?view=volumes")
    told = settled(page).locator(".clock.refreshed").inner_text()
    expect(page.locator(".clock.refreshed")).not_to_have_text(told)
    choose_wuchang(page)
    page.wait_for_url("**unit=420106")
    expect(page.locator(".panel-heading").first).to_contain_text("武昌区局(营销部)")
    page.close()


def test_a_language_is_kept_that_the_clock_had_not_heard_of(site: Site) -> None:
    """The clock may ask before it hears of a choice: with the address of before, and labels of the old language."""
    site.show("demo")
    page = site.page.context.new_page()
    clocks: list[str] = []
    late: list[bytes] = []
    sent: list[bytes] = []

    def asked(content: bytes) -> bytes:
        message = BackMsg.FromString(content)
        run = message.rerun_script
        if run.fragment_id:
            clocks.append(run.fragment_id)
        elif not late + sent and b"English" in content and "2026年10月".encode() in content:
            run.fragment_id, run.is_auto_rerun = clocks[-1], True
            late.append(message.SerializeToString())
        return content

    def answered(message: ForwardMsg) -> bytes | None:
        if not late or not message.HasField("script_finished"):
            return None
        sent.append(late.pop())
        return sent[-1]

    intercept(page, asked, answered)
    page.goto(f"{site.url}/?unit=420106&view=children")
    told = settled(page).locator(".clock.refreshed").inner_text()
    expect(page.locator(".clock.refreshed")).not_to_have_text(told)
    page.get_by_text("English", exact=True).click()
    page.wait_for_url("**lang=en**")
    expect(page.locator("h1")).to_have_text("Overview")
    page.get_by_text("Volumes", exact=True).click()
    page.wait_for_url("**view=volumes**")
    expect(page.locator("table.figures").last).to_contain_text("of which in time")
    assert sent and "lang=en" in page.url and "month" not in page.url
    page.close()


def test_an_indicator_leads_from_the_board_to_its_months_and_on_to_the_records(site: Site) -> None:
    site.show("demo")
    page = site.open("/?unit=420106")
    page.evaluate("window.same = true")
    page.locator("table.board a").filter(has_text="按期办结率").click()
    page.wait_for_url("**/trend?*indicator=H2*")
    expect(page.locator("h1")).to_have_text("趋势")
    assert "unit=420106" in page.url and page.evaluate("window.same") is True
    expect(page.locator(".fired")).to_contain_text("超出界限")
    page.locator("table.board a").filter(has_text="首义所(部)").click()
    page.wait_for_url("**unit=420106-S01**")
    settled(page).get_by_text("逐月", exact=True).click()
    page.wait_for_url("**view=months**")
    month = settled(page).locator("table.list tbody a").nth(2)
    said = month.inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "s000001" in text and "H2 第" in text and said in text
    month.click()
    page.wait_for_url("**view=records**")
    expect(settled(page).locator("[class*=st-key-control_month] input").first).to_have_value(said)
    page.go_back()
    page.wait_for_url("**view=months**")


def sent_late(held: list[bytes], addresses: list[str], back: str) -> Callable[[ForwardMsg], bytes | None]:
    """Notes the addresses that the page is told, and lets go of what is held once the page shows the way back."""

    def answered(message: ForwardMsg) -> bytes | None:
        if message.HasField("page_info_changed"):
            addresses.append(message.page_info_changed.query_string)
        if not (held and message.HasField("script_finished") and addresses[-1] == back):
            return None
        addresses[:] = [back]
        return held.pop()

    return answered


def test_going_back_is_not_undone_by_the_clock(site: Site) -> None:
    """Until the browser has heard what the page shows now, its clock's request still brings what stood there before."""
    site.show("demo")
    page = site.page.context.new_page()
    clocks: dict[str, bytes] = {}
    held: list[bytes] = []
    addresses: list[str] = []

    def asked(content: bytes) -> bytes:
        run = BackMsg.FromString(content).rerun_script
        if run.fragment_id:
            clocks[run.fragment_id] = content
        elif run.is_history_navigation:
            late = BackMsg.FromString(next(iter(clocks.values())))  # the masthead's, which every view has
            late.rerun_script.query_string = run.query_string
            held.append(late.SerializeToString())
        return content

    back = "unit=420106-S01&indicator=H2&view=months"
    intercept(page, asked, sent_late(held, addresses, back))
    page.goto(f"{site.url}/trend?unit=420106-S01&indicator=H2")
    settled(page).get_by_text("逐月", exact=True).click()
    page.wait_for_url("**view=months**")
    settled(page).locator("table.list tbody a").nth(2).click()
    page.wait_for_url("**view=records**")
    refreshed = settled(page).locator(".clock.refreshed")
    for when in ("before", "after", "after"):
        told = refreshed.inner_text()
        expect(refreshed).not_to_have_text(told)
        if when == "before":
            page.go_back()
            page.wait_for_url(f"**?{back}")
    assert not held and set(addresses) == {back} and page.url.endswith(back)
    page.close()


def test_going_back_from_a_month_that_was_clicked_in_a_chart_is_not_undone_by_the_clock(site: Site) -> None:
    """A clock's request that was sent with the click may come after the browser has gone back already."""
    site.show("demo")
    page = site.page.context.new_page()
    clocks: list[bytes] = []
    clicked: list[BackMsg] = []
    held: list[bytes] = []
    addresses: list[str] = []

    def asked(content: bytes) -> bytes:
        message = BackMsg.FromString(content)
        run = message.rerun_script
        if run.fragment_id:
            clocks.append(content)
        elif b"point_indices" in content and not clicked:
            clicked.append(message)
        elif run.is_history_navigation:
            late = BackMsg.FromString(clocks[0])
            late.rerun_script.widget_states.CopyFrom(clicked[0].rerun_script.widget_states)
            late.rerun_script.query_string = run.query_string
            held.append(late.SerializeToString())
        return content

    back = "unit=420106-S01&indicator=H2"
    intercept(page, asked, sent_late(held, addresses, back))
    page.goto(f"{site.url}/trend?{back}")
    refreshed = settled(page).locator(".clock.refreshed")
    for when in ("before", "after", "after"):
        told = refreshed.inner_text()
        expect(refreshed).not_to_have_text(told)
        if when == "before":
            page.locator(".js-plotly-plot .scatterlayer path.point").first.click(force=True)
            page.wait_for_url("**month=**")
            settled(page).go_back()
            page.wait_for_url(f"**?{back}")
    assert not held and set(addresses) == {back} and page.url.endswith(back)
    page.close()


def test_a_new_snapshot_shows_without_a_reload_and_the_old_may_vanish(site: Site) -> None:
    first = fixture.publish(site.directory, sequence=3)
    page = site.open("/?view=volumes")
    page.evaluate("window.same = true")
    before = page.locator("td.figure").first.inner_text()
    fixture.publish(site.directory, sequence=4, scale=2.0)
    shutil.rmtree(site.directory / first)
    expect(page.locator("td.figure").first).not_to_have_text(before)
    expect(page.locator(".st-key-edition_clock")).to_contain_text(
        Words("zh").say("shared.sequence", number=4)
    )
    assert page.evaluate("window.same") is True
    assert page.locator(".message.failing").count() == 0
    page.evaluate("document.querySelector('.strip').setAttribute('data-stale', 'true')")
    assert page.evaluate("getComputedStyle(document.querySelector('.strip')).opacity") == "1"


def test_a_month_without_data_leads_to_the_newest_that_has(site: Site) -> None:
    site.show("demo")
    page = site.open(f"/?month=2014-01&unit={fixture.UNINSPECTED}&lang=en&view=volumes")
    expect(page.locator(".remark")).to_contain_text("has no data for Jan 2014")
    expect(page.locator(".panel-heading").nth(1)).to_contain_text("no source of inspections for this unit")
    check(page, "en")
    page.locator(".st-key-link_newest a").click()
    expect(page.locator(".remark")).to_have_count(0)
    assert "month=2014-01" not in page.url and f"unit={fixture.UNINSPECTED}" in page.url
    expect(page.locator("td.figure .absent")).to_have_count(0)


def test_a_cause_is_picked_with_the_keyboard_and_its_rows_are_text(site: Site) -> None:
    site.show("demo")
    page = site.open("/data-health?view=quarantine")
    page.locator("table.list").nth(1).wait_for()
    assert page.locator("table.list").nth(1).locator("tbody tr").count() == 5
    cause = page.locator(".pick").filter(has_text="检查开始时间：必填")
    cause.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**pick=**")
    expect(page.locator("tr.picked .pick")).to_be_focused()
    rows = page.locator("table.list").nth(1).locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator("tr.picked")).to_have_count(1)
    page.locator("summary").last.click()
    expect(page.locator(".whole").last).to_contain_text("<img src=x")
    assert page.locator('img[src="x"]').count() == 0
    page.locator(".pick").filter(has_text="检查开始时间：必填").click()
    expect(rows).to_have_count(5)
    assert "pick=" not in page.url


def test_a_table_sorts_and_searches(site: Site) -> None:
    site.show("demo")
    page = site.open("/data-health?view=batches")
    first = page.locator("table.list tbody tr").first
    expect(first).to_contain_text("staff.csv")
    page.get_by_role("button", name="批次").click()
    expect(first).to_contain_text("licence_application.csv")
    assert page.locator("th").first.get_attribute("aria-sort") == "ascending"
    expect(page.locator(".table-bar input")).to_have_count(0)  # a few rows need no search
    page = site.open("/")
    rows = page.locator("table.list tbody tr")
    lefts = [page.locator(f".st-key-panel_board {one}").first for one in (".legend", ".note")]
    assert len({one.evaluate("one => getComputedStyle(one).paddingLeft") for one in lefts}) == 1
    expect(rows.filter(has_text="法定时限办结率")).to_have_count(1)
    page.locator(".table-bar input").fill("双人执法率")
    expect(rows.filter(has_text="双人执法率")).to_have_count(1)
    expect(rows.filter(has_text="法定时限办结率")).to_have_count(0)


def test_everything_is_reached_with_the_keyboard(site: Site) -> None:
    site.show("demo")
    page = site.open("/?view=children")
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(document.activeElement.ariaLabel || document.activeElement.innerText || '').trim()"
            )
        )
    text = " ".join(reached)
    for wanted in ("数据质量", "English", "机构", "期间", "江岸区局(营销部)"):
        assert wanted in text, f"{wanted} is not among {sorted(reached)}"


def test_health_says_whether_there_is_a_snapshot(site: Site) -> None:
    site.show("demo")
    assert health(site.url) == 200
    site.show("empty")
    assert health(site.url) == 503
