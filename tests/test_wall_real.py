"""The shell with the real scenes: what a display shows is what the page has drawn, to the pixel, and stays so.

The bureau is a demo office, loaded by the loader; only the screen surface of its snapshots is left.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

from docs.pictures import browsing
from model import warehouse
from pages.parts.wall.site import DEFAULT_FILE, SCENES
from tests import demo_site
from tests.wall_helpers import NOON, Wall, picture, text_of, wait_for

pytestmark = pytest.mark.browser

SIZES = {"16x9": (1920, 1080), "32x9": (3840, 1080)}
HIDDEN = """
[data-clock], [data-status], [data-status-text], [data-stale-note] { visibility: hidden !important; }
[data-panel] { opacity: 1 !important; }
"""
"""What moves with time is left out of the comparison."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    directory = demo_site.load(tmp_path_factory.mktemp("bureau"))
    made = directory / str(warehouse.current_id(directory))
    for sequence in (1, 2):
        target = directory / f"s{sequence:06d}"
        target.mkdir()
        for name in ("screen.duckdb", warehouse.MANIFEST):
            shutil.copy(made / name, target / name)
    wall = Wall(directory, is_stub=False)
    shipped = DEFAULT_FILE.read_text(encoding="utf-8")
    wall.configure(re.sub(r"dwell_seconds = \d+", "dwell_seconds = 3600", shipped))
    wall.at(NOON)
    wall.show(1)
    wall.start()
    yield wall
    wall.kill()
    assert wall.foreign == [], "a request left the building"


@pytest.mark.parametrize(("shape", "language"), list(zip(SIZES, ("zh", "en"), strict=True)))
def test_a_display_shows_every_scene_as_the_page_has_drawn_it(
    wall: Wall, browser: Browser, shape: str, language: str
) -> None:
    context = wall.context(browser, *SIZES[shape], is_still=True)
    drawn = context.new_page()
    drawn.goto(f"{wall.url}/wall-scenes?lang={language}&shape={shape}")
    drawn.wait_for_selector("#wall-ready", state="attached")
    assert drawn.get_attribute("#wall-ready", "data-errors") == "0"
    drawn.add_style_tag(content=HIDDEN)
    display = wall.open(context, f"lang={language}")
    wait_for(display, "[data-status]", "it.dataset.status === 'live'")
    _hide_within(display)
    for scene in SCENES:
        wait_for(display, "[data-tab].is-current", f"it.dataset.tab === '{scene}'")
        expected = _alone(drawn, scene)
        found = Image.open(io.BytesIO(display.screenshot())).convert("RGB")
        difference = ImageChops.difference(found, expected)
        assert difference.getbbox() is None, f"{scene}: {difference.getbbox()} {difference.getextrema()}"
        display.keyboard.press("ArrowRight")
    context.close()


def _hide_within(display: Page) -> None:
    """The same rules in the copied picture, which has no page of its own to add them to."""
    picture(display).locator("body").evaluate(
        "(body, rules) => body.append(Object.assign(document.createElement('style'), { textContent: rules }))",
        HIDDEN,
    )


def _alone(drawn: Page, scene: str) -> Image.Image:
    """One scene of the drawn page, at the top of the window, with its tab lit as a display would."""
    drawn.evaluate(
        """scene => document.querySelectorAll('section.wall-scene').forEach(one => {
          one.style.display = one.dataset.scene === scene ? '' : 'none'; })""",
        scene,
    )
    return Image.open(io.BytesIO(drawn.screenshot())).convert("RGB")


def test_the_real_picture_outlives_the_server_and_follows_it_when_it_is_back(
    wall: Wall, browser: Browser
) -> None:
    context = wall.context(browser)
    page = wall.open(context, "site=hall&display=real")
    wait_for(page, "[data-status]", "it.dataset.status === 'live'")
    assert text_of(page, "[data-clock=now]").startswith("2026年11月30日 星期一 12:")
    wall.kill()
    wait_for(page, "[data-status]", "it.dataset.status === 'offline'")
    before = text_of(page, ".grid")
    assert before
    wall.show(2)
    wall.start()
    wait_for(page, "[data-status]", "it.dataset.status === 'live'", 10)
    page.wait_for_function("() => document.querySelector('iframe.shell.shown').contentDocument"
                           ".querySelectorAll('iframe').length === 1")  # fmt: skip
    for _ in range(100):
        shown = {one["display"]: one["snapshot"] for one in wall.json("/wall/health.json")["displays"]}
        if shown.get("real") == "s000002":
            break
        page.wait_for_timeout(100)
    assert shown["real"] == "s000002"
    assert text_of(page, ".grid") == before, "the same content under another name"
    context.close()


def test_the_server_is_ready_once_the_scenes_can_be_drawn(wall: Wall) -> None:
    wall.show(1)
    assert wall.json("/readyz") == {
        "status": "ready",
        "snapshot": "s000001",
        "scenes": len(SCENES),
        "errors": 0,
    }
