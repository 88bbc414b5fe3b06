"""The shell in a real browser: whatever becomes of the server, the last picture stands, with its age, and comes back.

The scenes are a stand-in (wall_stub.py): what is proved here is the shell. The server's clock and the warehouse are
moved by the tests; nothing sleeps but where it is proved that nothing happens.
"""

from __future__ import annotations

import io
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError

from docs.pictures import browsing
from pages.parts.words import Words
from tests.durability_helpers import small_disk
from tests.wall_helpers import (
    NOON,
    SHELL,
    SHOWN,
    SITE,
    Wall,
    await_picture,
    picture,
    text_of,
    wait_for,
)

pytestmark = pytest.mark.browser

ZH, EN = Words("zh"), Words("en")
STUDIO = f"document.querySelector('{SHELL}').contentDocument.querySelector('#studio')"
STATUS, TITLE = "[data-status]", "[data-title]"
OFFLINE, LIVE = "it.dataset.status === 'offline'", "it.dataset.status === 'live'"
RECOVERY_SECONDS = 10
PLACE = """() => {
  const box = frames[0].document.querySelector('#stage').getBoundingClientRect();
  return [box.left, box.top];
}"""
KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open('wall', 1);
  opening.onsuccess = () => {
    const count = opening.result.transaction('picture').objectStore('picture').count();
    count.onsuccess = () => { opening.result.close(); resolve(count.result); };
  };
})"""
"""How many pictures the browser has kept."""
PAINTED = "window.onPaint = requestAnimationFrame.bind(window);"
"""Keeps what calls back when the browser paints, before the browser's clock is a test's."""
WATCH = """() => {
  window.seen = [];
  const onPaint = window.onPaint ?? requestAnimationFrame;
  const look = () => {
    const shells = [...document.querySelectorAll('iframe.shell.shown')];
    const frames = [...shells.at(-1)?.contentDocument?.querySelectorAll('#stage iframe.shown') ?? []];
    const now = frames.at(-1)?.contentDocument?.querySelector('section.is-shown h1')?.textContent ?? '';
    if (window.seen.at(-1) !== now) window.seen.push(now);
    onPaint(look);
  };
  look();
}"""
"""Looks at every frame that the browser paints, and notes each title that it meets; '' would be a blank."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    wall = Wall(tmp_path_factory.mktemp("wall"))
    wall.prepare()
    wall.start()
    yield wall
    wall.kill()


@pytest.fixture
def wall(served: Wall) -> Iterator[Wall]:
    """The server, running, over the first snapshot, at noon, in no trouble; afterwards nobody was asked elsewhere."""
    served.show(1)
    served.at(NOON)
    served.trouble()
    served.configure(SITE)
    if served.server is None:
        served.start()
    yield served
    assert served.foreign == [], "a request left the building"


@pytest.fixture
def context(wall: Wall, browser: Browser) -> Iterator[BrowserContext]:
    made = wall.context(browser)
    yield made
    made.close()


@pytest.fixture
def hurried(context: BrowserContext) -> BrowserContext:
    """A browser whose clock goes as ever until a test moves it on."""
    context.add_init_script(PAINTED)
    context.clock.install()
    return context


# --- starting, sizes, rotation ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [(1920, 1080, "16x9"), (3840, 2160, "16x9"), (3840, 1080, "32x9"), (1600, 1200, "16x9")],
)
def test_an_address_is_enough_and_the_picture_fills_the_screen(
    wall: Wall, browser: Browser, width: int, height: int, shape: str
) -> None:
    context = wall.context(browser, width, height, is_still=True)  # how far it drifts is a test of its own
    page = wall.open(context)
    found = page.evaluate(
        """() => { const inner = document.querySelector('iframe.shell.shown').contentDocument;
        const box = inner.querySelector('#stage').getBoundingClientRect();
        const shown = inner.querySelector('#stage iframe.shown').contentDocument;
        return [box.left, box.top, box.width, box.height, shown.querySelector('section.is-shown').dataset.shape]; }"""
    )
    tall = width * 9 / 16 if shape == "16x9" else height
    assert found == [0, (height - min(tall, height)) / 2, width, min(tall, height), shape]
    assert text_of(page, TITLE) == "operation s000001"
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_without_any_snapshot_one_calm_line_stands_and_the_picture_comes_by_itself(
    wall: Wall, context: BrowserContext
) -> None:
    (wall.directory / "CURRENT").unlink()
    page = context.new_page()
    page.goto(f"{wall.url}/wall?lang=en")
    page.frame_locator(SHELL).get_by_text(EN.say("shell.empty")).wait_for()
    wall.show(1)
    await_picture(page)
    assert page.frame_locator(SHELL).locator("#note").is_hidden()
    wait_for(page, "[data-status-text]", f"it.textContent === '{EN.say('shell.status_live')}'")


def test_scenes_turn_in_the_browser_alone_and_a_drawn_picture_keeps_no_socket(
    wall: Wall, hurried: BrowserContext
) -> None:
    page = hurried.new_page()
    sockets, closed = [], []
    page.on("websocket", lambda one: (sockets.append(one), one.on("close", lambda gone: closed.append(gone))))
    page.goto(f"{wall.url}/wall?dwell=5&scenes=trends,operation,nothing")
    await_picture(page)
    wait_for(page, TITLE, "it.textContent.startsWith('trends')")
    page.wait_for_function(f"() => !{STUDIO}")
    page.wait_for_timeout(500)
    assert (len(sockets), len(closed)) == (1, 1)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("?")[0]))
    for scene in ("operation", "trends"):
        page.clock.fast_forward(5_000)
        wait_for(page, TITLE, f"it.textContent.startsWith('{scene}')")
        wait_for(page, f"[data-tab={scene}]", "it.classList.contains('is-current')")
    assert set(asked) == {f"{wall.url}/wall/state"}
    assert len(sockets) == 1


def test_a_guide_goes_on_back_and_pauses_by_key_and_by_touch(wall: Wall, hurried: BrowserContext) -> None:
    page = wall.open(hurried, "dwell=5")

    def shows(scene: str) -> None:
        wait_for(page, TITLE, f"it.textContent.startsWith('{scene}')", seconds=3)

    for key, scene in [("ArrowRight", "trends"), ("ArrowLeft", "operation"), ("ArrowLeft", "cells")]:
        page.keyboard.press(key)
        shows(scene)
    for place, scene in [(1900, "operation"), (10, "cells")]:
        page.mouse.click(place, 500)
        shows(scene)
    tab = picture(page).locator("section.is-shown [data-tab=trends]").bounding_box()
    assert tab
    page.mouse.click(tab["x"] + 5, tab["y"] + 5)
    shows("trends")
    page.keyboard.press("Space")
    _asks(page, 7)
    shows("trends")
    page.mouse.click(960, 500)
    wait_for(page, TITLE, "it.textContent.startsWith('cells')")


def test_the_picture_drifts_by_a_few_pixels_over_minutes_and_never_more(
    wall: Wall, context: BrowserContext
) -> None:
    page = _opened(wall, context)
    page.clock.pause_at(
        page.evaluate("Date.now()") / 1000 + 5
    )  # or a slow machine's own minutes would count as well
    places = []
    for _ in range(25):
        for _ in range(6):
            page.clock.fast_forward(20_000)
        places.append(page.evaluate(PLACE))
    assert len({tuple(one) for one in places}) > 5
    assert all(abs(one) <= 4 for place in places for one in place)
    steps = [abs(a - b) for one, other in pairwise(places) for a, b in zip(one, other, strict=True)]
    assert max(steps) <= 2, "within two minutes it moves by no more than can be overlooked"


# --- something new ----------------------------------------------------------------------------------------------------


def test_a_new_snapshot_and_a_rollback_take_the_old_pictures_place_without_a_blank(
    wall: Wall, context: BrowserContext
) -> None:
    page = wall.open(context, "scenes=operation")
    page.evaluate(WATCH)
    for sequence in (2, 1):
        wall.show(sequence)
        wait_for(page, TITLE, f"it.textContent === 'operation s{sequence:06d}'")
    page.wait_for_function("() => frames.length === 1 && frames[0].frames.length === 1")
    _seen(page, 1, 2, 1)


@pytest.mark.parametrize("trouble", [{"errors": 1}, {"empty": True}, {"hang": True}])
def test_a_page_that_fails_leaves_the_last_picture_and_is_tried_again(
    wall: Wall, hurried: BrowserContext, trouble: dict[str, object]
) -> None:
    page = wall.open(hurried, "scenes=operation&display=troubled")
    page.evaluate(WATCH)
    wall.trouble(**trouble)
    wall.show(2)
    if "hang" in trouble:
        page.wait_for_function(f"() => {STUDIO}")
        _asks(page, 7, seconds=5)
    _until(page, lambda: _display(wall, "troubled").get("failures", 0) >= 1, 45)
    assert text_of(page, TITLE) == "operation s000001"
    wall.trouble()
    wait_for(page, TITLE, "it.textContent === 'operation s000002'", seconds=45)
    _seen(page, 1, 2)
    _until(page, lambda: _display(wall, "troubled")["failures"] == 0)


def test_a_changed_configuration_reaches_a_display_by_itself(wall: Wall, hurried: BrowserContext) -> None:
    page = wall.open(hurried)
    wall.configure(SITE.replace('"operation", "trends", "cells"', '"cells", "building"'))
    wait_for(page, TITLE, "it.textContent.startsWith('cells')")
    page.keyboard.press("ArrowRight")
    wait_for(page, TITLE, "it.textContent.startsWith('building')")
    wall.configure("[office")
    _asks(page, 3)
    assert text_of(page, STATUS) == "" and text_of(page, TITLE).startswith("building")


# --- the server is gone -----------------------------------------------------------------------------------------------


def test_a_killed_server_leaves_the_picture_with_its_age_and_recovers_by_itself(
    wall: Wall, context: BrowserContext
) -> None:
    page = wall.open(context, "scenes=operation")
    wait_for(page, STATUS, LIVE)
    page.evaluate(WATCH)
    wall.kill()
    wait_for(page, STATUS, OFFLINE)
    assert text_of(page, "[data-status-text]") == ZH.say("shell.status_offline", age="0 分钟")
    assert page.frame_locator(SHELL).locator("#note").is_hidden()
    before = text_of(page, "[data-clock=now]")
    assert before.startswith("2026年11月30日 星期一 12:0")
    wall.show(2)
    wall.start()
    started = time.monotonic()
    wait_for(page, STATUS, LIVE, RECOVERY_SECONDS)
    wait_for(page, TITLE, "it.textContent === 'operation s000002'", RECOVERY_SECONDS)
    assert time.monotonic() - started < RECOVERY_SECONDS
    _seen(page, 1, 2)


@pytest.mark.parametrize("is_silent", [False, True], ids=["refused", "silent"])
def test_a_network_that_is_cut_leaves_the_picture_and_its_return_is_noticed(
    wall: Wall, hurried: BrowserContext, is_silent: bool
) -> None:
    page = wall.open(hurried, "scenes=operation")
    wait_for(page, STATUS, LIVE)
    page.evaluate(WATCH)
    if is_silent:
        page.route("**/wall/state?*", lambda _: None)
        for _ in range(6):
            page.clock.fast_forward(5_000)
    else:
        hurried.set_offline(True)
    wait_for(page, STATUS, OFFLINE)
    wall.show(2)
    page.unroute_all(behavior="ignoreErrors")
    hurried.set_offline(False)
    wait_for(page, STATUS, LIVE, RECOVERY_SECONDS)
    wait_for(page, TITLE, "it.textContent === 'operation s000002'", RECOVERY_SECONDS)
    _seen(page, 1, 2)


def test_the_age_of_the_picture_and_of_its_sources_grows_while_the_server_is_gone(
    wall: Wall, context: BrowserContext
) -> None:
    page = _opened(wall, context)
    assert "is-stale" not in _classes(page, "[data-panel=one]")
    wall.kill()
    page.clock.fast_forward(2 * 3600_000)
    page.clock.run_for(15_000)
    wait_for(page, STATUS, OFFLINE)
    said = ZH.say("shell.status_offline", age="2 小时")
    wait_for(page, "[data-status-text]", f"it.textContent === '{said}'")
    assert "is-stale" in _classes(page, "[data-panel=one]")
    assert text_of(page, "[data-panel=one] [data-stale-note]") == ZH.say(
        "shell.late", age="1 小时", as_of="11-30 09:00"
    )


def test_a_tab_opened_while_the_server_is_gone_shows_the_last_picture(
    wall: Wall, context: BrowserContext
) -> None:
    page = wall.open(context, "scenes=operation&lang=en")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    _until(page, lambda: int(page.evaluate(KEPT)) > 0)
    page.close()
    wall.kill()
    again = wall.open(context, "scenes=operation&lang=en")
    assert text_of(again, TITLE) == "operation s000001"
    wait_for(again, STATUS, OFFLINE)
    assert text_of(again, "[data-status-text]") == EN.say("shell.status_offline", age="0 min")
    wall.start()
    wait_for(again, STATUS, LIVE, RECOVERY_SECONDS)


def test_a_crashed_tab_opened_again_shows_its_picture_at_once(wall: Wall, context: BrowserContext) -> None:
    page = wall.open(context, "scenes=operation")
    page.wait_for_timeout(500)
    with page.expect_event("crash"), suppress(BrowserError):
        page.goto("chrome://crash")
    again = context.new_page()
    drawings: list[str] = []
    again.on("request", lambda one: drawings.append(one.url) if "/wall-scenes?" in one.url else None)
    again.goto(f"{wall.url}/wall?scenes=operation")
    await_picture(again)
    wait_for(again, STATUS, LIVE)
    assert text_of(again, TITLE) == "operation s000001"
    assert drawings == [], "what was kept is still current: nothing is drawn"


def test_an_address_with_other_scenes_shows_these_and_not_those_that_the_browser_has_kept(
    wall: Wall, context: BrowserContext
) -> None:
    """Another address for a display, and two displays before one browser."""
    first = wall.open(context, "scenes=operation")
    _until(first, lambda: int(first.evaluate(KEPT)) == 1)
    every = wall.open(context)
    for title in ("operation s000001", "trends s000001", "cells s000001", "operation s000001"):
        wait_for(every, TITLE, f"it.textContent === '{title}'")
        every.keyboard.press("ArrowRight")
    _until(every, lambda: int(every.evaluate(KEPT)) == 2)
    again = wall.open(context, "scenes=operation")
    again.keyboard.press("ArrowRight")
    wait_for(again, TITLE, "it.textContent === 'operation s000001'")


def test_a_full_disk_under_the_server_is_no_matter_to_the_wall(browser: Browser, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, 64 * 1024 * 1024):
        wall = Wall(disk / "warehouse", environment={"TMPDIR": str(disk), "HOME": str(disk)})
        wall.prepare()
        try:
            _fill(disk)
            wall.start()
            context = wall.context(browser)
            page = wall.open(context, "scenes=operation")
            wait_for(page, STATUS, LIVE)
            page.reload()
            wait_for(page, TITLE, "it.textContent === 'operation s000001'")
            (disk / "filling").unlink()
            wall.show(2)
            wait_for(page, TITLE, "it.textContent === 'operation s000002'")
            context.close()
        finally:
            wall.kill()


def _fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"\0" * 4096)


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_source_that_becomes_late_turns_its_panels_stale_without_a_new_snapshot(
    wall: Wall, context: BrowserContext
) -> None:
    page = wall.open(context)
    drawings: list[str] = []
    page.on("request", lambda one: drawings.append(one.url) if "/wall-scenes?" in one.url else None)
    wait_for(page, STATUS, LIVE)
    assert text_of(page, "[data-clock=asof]") == "11-27 14:00", "the oldest of the scene's sources"
    assert text_of(page, "[data-clock=published]") == "11-30 10:00"
    assert "is-stale" not in _classes(page, "[data-panel=one]")
    wall.at(NOON + timedelta(hours=3, minutes=1))
    wait_for(page, "[data-panel=one]", "it.classList.contains('is-stale')")
    assert text_of(page, "[data-panel=one] [data-stale-note]") == ZH.say(
        "shell.late", age="2 小时", as_of="11-30 09:00"
    )
    assert "is-stale" not in _classes(page, "[data-panel=two]")
    wall.configure(SITE.replace("complaint = 300", "complaint = 71"))
    wait_for(page, "[data-panel=two]", "it.classList.contains('is-stale')")
    late = ZH.say("shell.late_named", name="投诉举报工单", age="2 小时")
    assert text_of(page, "[data-panel=two] [data-stale-note]") == late
    assert len(drawings) == 1, "only the new configuration was drawn anew"
    wall.configure(SITE)
    wall.at(NOON)
    wait_for(page, "[data-panel=one]", "!it.classList.contains('is-stale')")


def test_midnight_at_the_end_of_a_month_draws_anew_and_a_clock_set_back_is_followed(
    wall: Wall, context: BrowserContext
) -> None:
    page = wall.open(context)
    drawings: list[str] = []
    page.on("request", lambda one: drawings.append(one.url) if "/wall-scenes?" in one.url else None)
    wait_for(page, STATUS, LIVE)
    wall.at(datetime(2026, 11, 30, 23, 59, 55))
    wait_for(page, "[data-clock=now]", "it.textContent === '2026年11月30日 星期一 23:59'")
    assert drawings == []
    wait_for(page, "[data-clock=now]", "it.textContent === '2026年12月1日 星期二 00:00'")
    _until(page, lambda: len(drawings) == 1)
    wait_for(page, STATUS, LIVE)
    wall.at(NOON - timedelta(hours=5))
    wait_for(page, "[data-clock=now]", "it.textContent.startsWith('2026年11月30日 星期一 07:0')")


def test_at_the_quiet_hour_a_shell_is_made_anew_once_without_a_blank_and_without_loading_the_page(
    wall: Wall, context: BrowserContext
) -> None:
    wall.at(datetime(2026, 11, 30, 3, 29))
    page = wall.open(context, "scenes=operation")
    wait_for(page, STATUS, LIVE)
    page.evaluate("window.same = frames[0].same = true")
    page.wait_for_timeout(1_500)
    assert page.evaluate("frames[0].same") is True
    page.evaluate(WATCH)
    frames = _recorded(page, lambda: _renewed(wall, page))
    assert len(frames) > 1
    assert [one for one in frames if _is_blank(one)] == []
    _seen(page, 1)
    assert page.evaluate("window.same") is True, "the page itself was not loaded again: full screen stays"
    page.evaluate("frames[0].same = true")
    page.wait_for_timeout(3_000)
    assert page.evaluate("frames.length === 1 && frames[0].same"), "once a day, not in a circle"


def _renewed(wall: Wall, page: Page) -> None:
    wall.at(datetime(2026, 11, 30, 3, 41))
    page.wait_for_function("() => frames.length === 1 && frames[0].same === undefined")
    wait_for(page, STATUS, LIVE)


def test_a_shell_of_another_version_is_taken_in_once_and_not_in_a_circle(
    wall: Wall, hurried: BrowserContext
) -> None:
    page = wall.open(hurried)
    loads: list[str] = []
    page.on("request", lambda one: loads.append(one.url) if one.is_navigation_request() else None)
    _tell(page, shell="another")
    _until(page, lambda: any("/wall/shell" in one for one in loads))
    page.wait_for_function("() => frames.length === 1 && frames[0].frames.length === 1")
    _asks(page, 4)
    wait_for(page, STATUS, LIVE)
    assert [one.rstrip("?") for one in loads if "/wall-scenes" not in one] == [f"{wall.url}/wall/shell"]
    _tell(page, holder="another")
    _until(page, lambda: f"{wall.url}/wall?" in loads)
    await_picture(page)
    _asks(page, 4)
    assert loads.count(f"{wall.url}/wall?") == 1
    wait_for(page, STATUS, LIVE)


def _opened(wall: Wall, context: BrowserContext) -> Page:
    """A display whose time passes only as it is let pass, once its picture stands."""
    page = context.new_page()
    page.clock.install()
    page.goto(f"{wall.url}/wall")
    for _ in range(200):
        page.clock.run_for(500)
        if page.evaluate(f"Boolean({SHOWN})"):
            break
        time.sleep(0.1)
    return page


def _asks(page: Page, times: int, *, seconds: int = 1) -> None:
    """Let the display ask the server so many times and be answered, each time so many seconds on, without waiting."""
    for _ in range(times):
        with page.expect_response("**/wall/state?*"):
            page.clock.fast_forward(1_000 * seconds)


def _tell(page: Page, **what: str) -> None:
    """Let the server's answers say this."""
    page.unroute_all()
    page.route("**/wall/state?*", lambda route: route.fulfill(json=route.fetch().json() | what))


def test_a_shell_that_has_stopped_is_replaced(wall: Wall, hurried: BrowserContext) -> None:
    page = wall.open(hurried, "scenes=operation")
    wait_for(page, STATUS, LIVE)
    page.evaluate(WATCH)
    page.evaluate("() => { const w = frames[0]; w.same = true; w.setTimeout = () => 0; }")
    _asks(page, 1)  # the turn that was still to come
    page.clock.fast_forward(31_000)
    page.wait_for_function("() => frames.length === 1 && frames[0].same === undefined")
    wait_for(page, STATUS, LIVE)
    _seen(page, 1)


# --- how the displays are ---------------------------------------------------------------------------------------------


def test_displays_report_to_the_health_page(wall: Wall, context: BrowserContext) -> None:
    page = wall.open(context, "display=lobby&scenes=trends")
    other = wall.open(context)
    name = other.evaluate("localStorage.getItem('wall-display')")
    wait_for(page, STATUS, LIVE)
    _until(page, lambda: _display(wall, name).get("snapshot") == "s000001")
    _until(page, lambda: _display(wall, "lobby").get("scene") == "trends")
    lobby = _display(wall, "lobby")
    assert (lobby["site"], lobby["scene"], lobby["viewport"]) == ("office", "trends", "1920x1080")
    assert lobby["is_current"] and not lobby["is_silent"]
    assert lobby["frame_age_seconds"] < 5
    assert lobby["heap_bytes"] > 1_000_000
    assert 0.3 < lobby["drawn_seconds"] < 30
    health = context.new_page()
    health.goto(f"{wall.url}/wall/health")
    assert health.get_by_role("row").filter(has_text="lobby").count() == 1
    assert health.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _display(wall: Wall, name: str) -> dict[str, Any]:
    return next((one for one in wall.json("/wall/health.json")["displays"] if one["display"] == name), {})


def _seen(page: Page, *numbers: int) -> None:
    """The pictures of these snapshots were painted, one after the other; the last may stand a moment before it is."""
    titles = [f"operation s{number:06d}" for number in numbers]
    _until(page, lambda: page.evaluate("window.seen.at(-1)") == titles[-1])
    assert page.evaluate("window.seen") == titles


def _until(page: Page, is_so: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for what does not stand in the page."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        page.wait_for_timeout(100)


def _classes(page: Page, selector: str) -> list[str]:
    found = picture(page).locator(f"section.is-shown {selector}").get_attribute("class")
    return (found or "").split()


def _recorded(page: Page, act: Callable[[], None]) -> list[Image.Image]:
    """Every picture that the browser paints while something is done."""
    session = page.context.new_cdp_session(page)
    frames: list[Image.Image] = []

    def keep(event: dict[str, str]) -> None:
        frames.append(Image.open(io.BytesIO(b64decode(event["data"]))).convert("L"))
        session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    session.on("Page.screencastFrame", keep)
    session.send("Page.startScreencast", {"format": "png", "maxWidth": 960, "maxHeight": 540})
    act()
    page.wait_for_timeout(1_000)
    session.send("Page.stopScreencast")
    return frames


def _is_blank(frame: Image.Image) -> bool:
    """One colour alone."""
    darkest, brightest = frame.getextrema()
    return bool(brightest - darkest < 40)
