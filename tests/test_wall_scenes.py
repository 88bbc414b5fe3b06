"""The wall's scenes in a real browser: every scene, shape and language, with much data, little and none.

Nothing may be cut, overlap, be too small or too faint; nothing but the screen surface is read and nobody else is asked.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from string import Template

import pytest
from playwright.sync_api import Page, Request

from docs.pictures import browsing
from model import warehouse
from model.contract import TABLES
from model.process import processes
from pages.parts.wall import board
from pages.parts.wall.site import SCENES
from pages.parts.words import Words
from tests import demo_site
from tests.warehouse_fixture import point

pytestmark = pytest.mark.browser

AUDIT = (Path(__file__).parent / "wall_audit.js").read_text(encoding="utf-8")
SIZES = {"16x9": (1920, 1080), "32x9": (3840, 1080)}
LANGUAGES = ("zh", "en")
STATES = ("office", "rich", "many", "bare")
LONG_NAME = "武陵山区土家族苗族自治区局(营销部)"


@dataclass
class Wall:
    """The running service: its address, its warehouse, the tab, and every request that went elsewhere."""

    url: str
    directory: Path
    page: Page
    foreign: list[str]

    def draw(self, state: str, *, shape: str = "16x9", lang: str = "zh", site: str = "office") -> Page:
        """The page of all scenes over the warehouse in this state, once it is whole."""
        point(self.directory, state)
        page = self.page
        page.set_viewport_size(dict(zip(("width", "height"), SIZES[shape], strict=True)))  # type: ignore[arg-type]
        page.goto(f"{self.url}/wall-scenes?site={site}&lang={lang}&shape={shape}")
        page.wait_for_selector("#wall-ready", state="attached")
        return page

    def note(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.foreign.append(request.url)


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with an office as the loader leaves it, and what the tests make of its screen surface.

    Of every snapshot the two other surfaces are taken away: a wall must not need them.
    """
    directory = demo_site.load(tmp_path_factory.mktemp("walls"))
    made = directory / str(warehouse.current_id(directory))
    for state in STATES:
        shutil.copytree(made, directory / state)
        for surface in ("full", "analysis"):
            (directory / state / f"{surface}.duckdb").unlink()
        (directory / state / "screen.duckdb").chmod(0o644)
    _fill(directory / "rich" / "screen.duckdb", offices=1, cells=1)
    _fill(directory / "many" / "screen.duckdb", offices=12, cells=60)
    _empty(directory / "bare" / "screen.duckdb")
    _date(directory / "rich", "2024-11-22T08:15:00")
    _date(directory / "many", f"{datetime.now():%Y}-01-02T08:15:00")
    return directory


def _fill(path: Path, *, offices: int, cells: int) -> None:
    """Every number known and large, names long, so many offices in place of one, so many cells in place of one."""
    text = Template((Path(__file__).parent / "wall_rich.sql").read_text(encoding="utf-8"))
    connection = warehouse.connect(path)
    for statement in text.substitute(offices=offices, cells=cells, name=LONG_NAME).split(";\n"):
        connection.execute(statement)
    connection.close()


def _date(directory: Path, as_of: str) -> None:
    """Let every source speak until this moment: with the year or with the hour it takes the most room.

    And let the working calendar end, which the head of every scene says.
    """
    path = directory / warehouse.MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["sources"] = [source | {"as_of": as_of} for source in manifest["sources"]]
    manifest["notices"] = [{"about": "working_calendar", "until": "2026-12-31", "zh": "止", "en": "ends"}]
    path.chmod(0o644)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def _empty(path: Path) -> None:
    """A bureau of which nothing but its units is known."""
    connection = warehouse.connect(path)
    tables = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart'"
        " AND table_name NOT IN ('unit', 'unit_tree')"
    ).fetchall()
    for number, (name,) in enumerate(sorted(tables)):
        # an older release has no such table at all
        connection.execute(f"DELETE FROM mart.{name}" if number % 2 else f"DROP TABLE mart.{name}")
    connection.close()


@pytest.fixture(scope="module")
def wall(snapshots: Path) -> Iterator[Wall]:
    with browsing.served(snapshots) as url, browsing.chromium() as browser:
        made = Wall(url, snapshots, browser.new_page(), [])
        made.page.on("request", made.note)
        yield made


DRAWN = [
    *((state, shape, lang) for state in ("office", "rich") for shape in SIZES for lang in LANGUAGES),
    *(("many", "16x9", "zh"), ("many", "32x9", "en"), ("bare", "16x9", "en"), ("bare", "32x9", "zh")),
]
"""Every size and language with usual and with full numbers; the extremes once in each of them."""


@pytest.mark.parametrize(("state", "shape", "lang"), DRAWN)
def test_every_scene_is_whole_and_legible(wall: Wall, state: str, shape: str, lang: str) -> None:
    page = wall.draw(state, shape=shape, lang=lang)
    drawn = page.eval_on_selector_all("section.wall-scene", "all => all.map(one => one.dataset.scene)")
    assert drawn == list(SCENES)
    assert page.get_attribute("#wall-ready", "data-errors") == "0"
    assert page.evaluate(AUDIT, list(SIZES[shape])) == []


STALE = """notes => document.querySelectorAll('[data-panel]').forEach(panel => {
  panel.classList.add('is-stale');
  panel.querySelector('[data-stale-note]').textContent = notes[panel.dataset.sources.includes(',') ? 1 : 0];
})"""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("shape", SIZES)
def test_a_late_source_is_told_without_covering_what_is_shown(wall: Wall, shape: str, lang: str) -> None:
    page = wall.draw("office", shape=shape, lang=lang)
    late = Words(lang).say("shell.late", age=Words(lang).age(timedelta(days=12)), as_of="11-22 08:15")
    longest = TABLES["licence_application"].info[lang]
    page.evaluate(
        STALE,
        [late, Words(lang).say("shell.late_named", age=Words(lang).age(timedelta(days=12)), name=longest)],
    )
    faults = page.evaluate(AUDIT, list(SIZES[shape]))
    assert [one for one in faults if "contrast" not in one] == []
    assert (
        page.locator(".panel.is-stale header").first.evaluate("it => getComputedStyle(it).opacity") == "0.6"
    )


OFFLINE = """said => {
  document.querySelectorAll('[data-status]').forEach(one => one.dataset.status = 'offline');
  document.querySelectorAll('[data-status-text]').forEach(one => one.textContent = said);
}"""


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "工作日历止于 2026-12-31"), ("en", "Calendar ends 2026-12-31")]
)
def test_where_the_working_calendar_ends_is_told_beside_the_longest_status(
    wall: Wall, lang: str, said: str
) -> None:
    page = wall.draw("rich", lang=lang)
    assert said in page.inner_text("section.wall-scene .clocks")
    status = Words(lang).say("shell.status_offline", age={"zh": "23 小时", "en": "23 hours"}[lang])  # type: ignore[arg-type]
    page.evaluate(OFFLINE, status)
    assert page.evaluate(AUDIT, list(SIZES["16x9"])) == []


def test_what_is_raised_is_verified_or_still_to_be(wall: Wall) -> None:
    page = wall.draw("rich")
    cells = page.locator(".by-level .cell").all_inner_texts()[5:]  # below the head
    lines = {
        cells[at]: [int(one.replace(",", "")) for one in cells[at + 1 : at + 5]] for at in range(0, 15, 5)
    }
    raised, unverified, verified = lines["触发"], lines["待核实"], lines["已核实"]
    assert raised == [one + other for one, other in zip(unverified, verified, strict=True)]
    assert raised[0] > 0


@pytest.mark.parametrize("state", STATES)
def test_a_limit_that_nothing_fell_due_in_is_a_limit_all_the_same(wall: Wall, state: str) -> None:
    page, words = wall.draw(state), Words("zh")
    cells = page.locator(".rows.process .cell").all_inner_texts()
    said = dict(zip(cells[::4], cells[3::4], strict=True))  # a name, a picture, days and a share
    limited = [
        words.say(f"wall.step_{process.id}_{step.id}")
        for process in processes().items
        for step in process.steps
        if step.has_limit
    ]
    assert [name for name in limited if said.get(name) == words.say("wall.no_limit")] == []
    assert said or state == "bare"


@pytest.mark.parametrize("shape", SIZES)
def test_a_window_hall_is_shown_public_content_only(wall: Wall, shape: str) -> None:
    for lang in LANGUAGES:
        page = wall.draw("rich", shape=shape, lang=lang, site="hall")
        drawn = page.get_attribute("#wall-ready", "data-scenes")
        assert set(str(drawn).split(",")) <= set(board.PUBLIC_SCENES)
        assert page.evaluate(AUDIT, list(SIZES[shape])) == []
        names = page.eval_on_selector_all("[data-panel]", "all => all.map(one => one.dataset.panel)")
        assert not {"portrait", "warnings", "duties", "tasks", "funnel"} & set(names)


def test_the_states_of_a_value_are_worded_and_no_state_is_drawn_as_a_number(wall: Wall) -> None:
    page = wall.draw("bare")
    figures = page.locator(".card .figure")
    assert figures.count() == 12
    assert all("无数据" in text for text in figures.all_inner_texts())
    page = wall.draw("office")
    words = page.locator("#root").inner_text()
    assert "样本不足" in words and "不予显示" in words


def test_nobody_else_is_asked_and_the_page_is_drawn_in_time(wall: Wall) -> None:
    page = wall.draw("many", shape="32x9")
    took = page.evaluate("performance.now()")
    assert took < 20_000, "a display would give up"
    assert wall.foreign == []


def test_scenes_may_be_asked_for_one_by_one(wall: Wall) -> None:
    point(wall.directory, "office")
    page = wall.page
    page.goto(f"{wall.url}/wall-scenes?scenes=cells,trends,nonsense")
    page.wait_for_selector("#wall-ready", state="attached")
    assert page.get_attribute("#wall-ready", "data-scenes") == "cells,trends"
    assert page.get_attribute("#wall-ready", "data-snapshot") == "office"
    assert page.locator("[data-testid=stSidebar]").is_hidden()


def test_a_site_that_there_is_not_is_told(wall: Wall) -> None:
    page = wall.page
    page.goto(f"{wall.url}/wall-scenes?site=nowhere&lang=en")
    page.wait_for_selector(".message")
    assert Words("en").say("shared.astray_title") in page.inner_text(".message")
    assert page.locator("[data-testid=stException]").count() == 0
