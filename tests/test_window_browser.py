"""The public window in a real browser: phone, kiosk and paper, in both languages, with axe-core and without any script.

Nothing wider than the screen, nothing too small for a finger, no fault that axe knows, no request to another host; what
was typed at a kiosk is gone after a minute.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from docs.pictures import browsing
from etl.demo.applications import CHECK_KEY
from ledger import migration, storage
from ledger.window import codes
from model import vault
from model.policy import Actor
from tests import demo_site

pytestmark = pytest.mark.browser
PHONE, KIOSK, WIDE = (
    {"width": 360, "height": 740},
    {"width": 1080, "height": 1920},
    {"width": 1920, "height": 1080},
)
PHONE_PAGES = ("/g", "/g/new", "/g/complaint", "/g/office/990101-S01", "/window/notice", "/window/standard",
               "/window/place", "/window/place?office=990101-S01", "/window/progress", "/window/rate", "/window/say",
               "/window/follow", "/g/nothing")  # fmt: skip
FIRST_FLIGHT = 14_600
"""Bytes that a server sends before it waits for the first reply: ten packets (RFC 6928)."""
KIOSK_PAGES = ("/kiosk", "/kiosk/guide/new", "/kiosk/notice", "/kiosk/standard", "/kiosk/place?office=990101-S01",
               "/kiosk/progress", "/kiosk/say")  # fmt: skip
SMALL = """least => [...document.querySelectorAll('a, button, summary, select, input:not([type=hidden]), .choice span')]
  .filter(one => one.offsetParent && !one.closest('.skip, p, li small, .lines, .unseen, .muted, .choice:has(span)'))
  .map(one => [one.closest('label') || one, one]).map(([box, one]) => [box.getBoundingClientRect(), one.outerHTML])
  .filter(([box]) => box.height < least).map(([, html]) => html.slice(0, 90))"""

SMALLEST = """() => Math.min(...[...document.querySelectorAll('main *')]
  .filter(one => one.offsetParent && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .map(one => parseFloat(getComputedStyle(one).fontSize)))"""

BROKEN = r"""() => {
  const found = [], walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) for (const word of walker.currentNode.data.matchAll(/[A-Za-z]{3,16}/g)) {
    const range = document.createRange();
    range.setStart(walker.currentNode, word.index);
    range.setEnd(walker.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(one => one.top)).size > 1) found.push(word[0]);
  }
  return found;
}"""
"""The Latin words that stand on two lines."""


@dataclass
class Site:
    """The running window, its browser with a tab for each kind of screen, and every request that went elsewhere."""

    address: str
    browser: Browser
    code: str
    foreign: list[str]
    tabs: dict[tuple[int, int, bool], Page] = field(default_factory=dict)

    def open(self, path: str, size: dict[str, int], *, has_script: bool = True) -> Page:
        kind = (*size.values(), has_script)
        if kind not in self.tabs:
            context = self.browser.new_context(
                viewport=size,
                java_script_enabled=has_script,
                has_touch=True,  # type: ignore[arg-type]
            )
            context.set_default_timeout(60_000)
            self.tabs[kind] = context.new_page()
            self.tabs[kind].on("request", self.note)
        page = self.tabs[kind]
        page.goto(self.address + path)
        return page

    def note(self, request: object) -> None:
        address = str(getattr(request, "url", ""))
        if not address.startswith((self.address, "data:")):
            self.foreign.append(address)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("window")
    loaded = demo_site.load(place)
    os.environ |= {
        storage.ADDRESS_VARIABLE: f"sqlite:///{place / 'ledger.db'}",
        vault.CHECK_KEY_VARIABLE: CHECK_KEY.hex(),
        vault.PUBLIC_KEY_VARIABLE: vault.new_key_pair()[1],
    }
    ledger = storage.open_ledger()
    migration.upgrade(ledger)
    with ledger.write(Actor("os:test", "administrator")) as recorder:
        (code,) = codes.issue(recorder, vault.hash_key(loaded.parent / vault.FOLDER), "990101-S01", 1)
    try:
        with browsing.served(loaded) as address, browsing.chromium() as browser:
            made = Site(address, browser, code, [])
            yield made
            assert made.foreign == [], "a request left the building"
    finally:
        for name in (storage.ADDRESS_VARIABLE, vault.CHECK_KEY_VARIABLE, vault.PUBLIC_KEY_VARIABLE):
            del os.environ[name]


def check(page: Page, least: int) -> None:
    """Nothing wider than the screen, every target large enough, nothing that axe knows to be wrong."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
    assert page.evaluate(SMALL, least) == [], page.url
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], page.url
    assert page.locator("h1").count() == 1


def opened_up(page: Page) -> Page:
    """The page with every part unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    return page


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PHONE_PAGES)
def test_a_phone_shows_every_page_whole(site: Site, path: str, language: str) -> None:
    page = site.open(f"{path}{'&' if '?' in path else '?'}lang={language}", PHONE)
    check(page, 40)
    check(opened_up(page), 40)
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("size", [KIOSK, WIDE], ids=["portrait", "landscape"])
@pytest.mark.parametrize("path", KIOSK_PAGES)
def test_a_kiosk_shows_every_page_whole_and_large(site: Site, path: str, size: dict[str, int]) -> None:
    for language in ("zh", "en"):
        page = site.open(f"{path}{'&' if '?' in path else '?'}lang={language}", size)
        check(page, 60)
        smallest = page.evaluate(SMALLEST)
        assert smallest >= 18
        assert page.evaluate(BROKEN) == []
        start = page.get_by_role("banner").get_by_role("link", name={"zh": "首页", "en": "Start"}[language])
        expect(start).to_have_count(int(path != "/kiosk"))
        if path == "/kiosk":
            assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0


def test_a_guide_stands_in_one_screen_of_a_phone(site: Site) -> None:
    page = site.open("/g/new", PHONE)
    last = page.locator("details.part").last.bounding_box()
    assert last is not None and last["y"] + last["height"] <= PHONE["height"]
    page.locator("details.part").nth(2).locator("summary").tap()
    page.locator("label.tick").first.tap()
    expect(page.locator("label.tick input").first).to_be_checked()


def test_a_guide_is_one_small_answer_for_a_slow_line(site: Site) -> None:
    """What ten packets carry comes in one go over any line, and nothing of a guide waits for a second answer."""
    for path in ("/g", "/g/new", "/g/new?lang=en", "/g/office/990101-S01"):
        page, asked = site.browser.new_page(viewport=PHONE), list[Request]()  # type: ignore[arg-type]
        page.on("requestfinished", lambda one, asked=asked: asked.append(one))
        page.goto(site.address + path, wait_until="networkidle")
        sizes = [one.sizes() for one in asked if not one.url.startswith("data:")]
        assert len(sizes) == 1 and sizes[0]["responseBodySize"] <= FIRST_FLIGHT, path
        page.close()


def test_a_poster_fills_one_sheet(site: Site) -> None:
    for language in ("zh", "en"):
        page = site.open(f"/g/new/poster?lang={language}", {"width": 794, "height": 1123})
        assert page.locator("img.code").evaluate("one => one.complete && one.naturalWidth > 0")
        content = page.pdf(format="A4", print_background=True)
        assert (
            content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") + content.count(b"/Type/Page/")
            == 1
        )


def test_everything_works_without_a_script(site: Site) -> None:
    page = site.open("/g", PHONE, has_script=False)
    page.get_by_role("link", name="选址预查").click()
    page.get_by_role("link", name="一号桥管理所").click()
    page.get_by_label("市场单元").select_option(index=1)
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".verdict").first).to_be_visible()
    page.goto(f"{site.address}/window/say")
    page.locator("[name=category][value=suggestion]").check(force=True)
    page.get_by_label("事情经过").fill("希望窗口中午也有人值班。")
    page.get_by_role("button", name="提交").click()
    receipt = page.locator(".receipt").inner_text()
    page.goto(f"{site.address}/window/follow")
    page.get_by_label("受理编号").fill(receipt)
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".verdict")).to_have_text("已收到，等待受理")


def test_a_visit_is_rated_by_its_code_once(site: Site) -> None:
    for expected in ("谢谢您的评价", "未受理"):
        page = site.open(f"/window/rate?code={site.code}", PHONE)
        expect(page.get_by_label("评价码")).to_have_value(site.code)
        page.locator("[name=rating][value=very_satisfied]").check(force=True)
        page.get_by_role("button", name="提交").click()
        expect(page.locator("h1")).to_have_text(expected)


def test_what_was_typed_at_a_kiosk_is_gone_after_a_minute(site: Site) -> None:
    page = site.browser.new_page(viewport=KIOSK, has_touch=True)  # type: ignore[arg-type]
    page.clock.install()
    page.goto(f"{site.address}/kiosk")
    page.goto(f"{site.address}/kiosk/progress")
    page.locator("[name=number]").click()
    page.get_by_role("button", name="X", exact=True).click()
    page.get_by_role("button", name="7", exact=True).click()
    expect(page.locator("[name=number]")).to_have_value("X7")
    page.clock.run_for(45_000)
    expect(page.locator(".idle")).to_be_hidden()
    page.clock.run_for(6_000)
    expect(page.locator(".idle")).to_be_visible()
    page.locator("h1").tap()
    expect(page.locator(".idle")).to_be_hidden()
    page.clock.run_for(61_000)
    page.wait_for_url(f"{site.address}/kiosk")
    page.go_back()
    assert "/kiosk/progress" not in page.url or page.locator("[name=number]").input_value() == ""
    page.close()


def test_a_kiosk_without_script_goes_back_by_itself(site: Site) -> None:
    page = site.open("/kiosk/progress", KIOSK, has_script=False)
    assert "60;url=/kiosk" in page.content()
