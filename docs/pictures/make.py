"""The pictures of the documentation, taken from the running pages over a demo bureau that is made for it.

`make screenshots` writes them all again. Needs Chromium and a Chinese font; leaves nothing behind but the pictures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from docs.pictures.browsing import READY, ROOT, SIZE, chromium, served
from model.policy.signing_in import THE_SINGLE_USER
from model.warehouse import open_snapshot
from pages.parts import clocks
from pages.parts.report import making, subject, typeset
from pages.parts.wall.site import SCENES
from pages.parts.words import Language

HERE = Path(__file__).parent
PICTURES = {
    "overview-zh": ("/", "table.board tbody tr"),
    "trends-zh": ("/trend?indicator=L2", ".js-plotly-plot .main-svg"),
    "standards-zh": ("/running", "table.steps tbody tr"),
    "cells-zh": ("/market-cells", ".js-plotly-plot .main-svg"),
    "complaints-zh": ("/tickets", "table.board tbody tr"),
    "portraits-zh": ("/portrait?unit=990101-S04", ".js-plotly-plot .polar"),
    "portraits-en": ("/portrait?unit=990101-S04&lang=en", ".js-plotly-plot .polar"),
    "warnings-zh": ("/alerts", "table.warnings tbody tr"),
    "warnings-en": ("/alerts?lang=en", "table.warnings tbody tr"),
    "explore-zh": ("/analysis?by=started_at%40month", ".st-key-panel_answer .js-plotly-plot"),
    "explore-en": ("/analysis?by=started_at%40month&lang=en", ".st-key-panel_answer .js-plotly-plot"),
    "data-health-zh": ("/data-health?view=quarantine", "table.list tbody tr"),
}
"""File name → address, and what must stand on the page before the picture is taken."""
WALLS = {
    **{f"wall-{scene}-zh": ("site=office&lang=zh", scene, (1920, 1080)) for scene in SCENES},
    "wall-operation-en": ("site=office&lang=en", "operation", (1920, 1080)),
    "wall-hall-zh": ("site=hall&lang=zh", "operation", (1920, 1080)),
    "wall-wide-zh": ("site=office&lang=zh", "operation", (3840, 1080)),
}
"""File name → a wall, the scene to be shown, and the screen that it hangs on."""
PHONE, PORTRAIT, LANDSCAPE = (360, 740), (1080, 1920), (1920, 1080)
WINDOW = {
    **{f"window-guide-{one}": (f"/g/new?lang={one}", PHONE) for one in ("zh", "en")},
    **{f"window-notice-{one}": (f"/window/notice?lang={one}", PHONE) for one in ("zh", "en")},
    **{f"window-say-{one}": (f"/window/say?lang={one}", PHONE) for one in ("zh", "en")},
    **{f"window-kiosk-{one}": (f"/kiosk?lang={one}", PORTRAIT) for one in ("zh", "en")},
    **{f"window-standard-{one}": (f"/kiosk/standard?lang={one}", LANDSCAPE) for one in ("zh", "en")},
    "window-poster-zh": ("/g/new/poster", (794, 1123)),
}
"""File name → a page of the public window, and the phone, kiosk or paper that it is on."""
DISTRICT = "990101"
REPORTS: dict[str, Language] = {"report-zh": "zh", "report-en": "en"}
"""File name → the language of the district's monthly report, whose first page it shows."""


def main() -> None:
    """Make a demo bureau, load it, serve it, and take every picture."""
    with tempfile.TemporaryDirectory() as folder:
        inbox, warehouse = Path(folder, "inbox"), Path(folder, "warehouse")
        os.environ["INTEGRITY_LEDGER"] = (
            f"sqlite:///{folder}/ledger.db"  # this bureau's own, not that of the machine
        )
        _run(
            "etl",
            "keys",
            "--private",
            Path(folder, "private.key"),
            "--public",
            Path(folder, "vault", "public.key"),
        )
        _run("etl", "demo", "--out", inbox, "--scale", "district")
        _run("etl", "run", "--inbox", inbox, "--warehouse", warehouse)
        _run("ledger", "init")
        _run("ledger", "sync", "--warehouse", warehouse)
        for name, language in REPORTS.items():
            (HERE / f"{name}.png").write_bytes(first_page(warehouse, language))
        with served(warehouse) as address, chromium() as browser:
            page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
            for name, (path, awaited) in PICTURES.items():
                take(page, address + path, awaited, HERE / f"{name}.png")
            for name, (query, scene, size) in WALLS.items():
                take_wall(browser, f"{address}/wall?{query}&dwell=600", scene, size, HERE / f"{name}.jpg")
            for name, (path, (width, height)) in WINDOW.items():
                page.set_viewport_size({"width": width, "height": height})
                page.goto(address + path)
                page.screenshot(path=HERE / f"{name}.png", animations="disabled")


def first_page(directory: Path, language: Language) -> bytes:
    """The first page of the monthly report of the district."""
    snapshot = open_snapshot(directory)
    month = subject.newest_month(snapshot, DISTRICT)
    assert month is not None
    asked = subject.of(snapshot, DISTRICT, month, language, clocks.now())
    return typeset.pages(making.compose(asked, THE_SINGLE_USER), ppi=110)[0]


def take(page: Page, address: str, awaited: str, target: Path) -> None:
    """One picture of the window, once its page is whole."""
    page.goto(address)
    page.wait_for_selector(awaited)
    page.wait_for_function(READY)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=target, animations="disabled")


def take_wall(browser: Browser, address: str, scene: str, size: tuple[int, int], target: Path) -> None:
    """One picture of a wall, as a display shows it, turned by a visitor to this scene."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page.goto(address)
    shell = page.frame_locator("iframe.shell.shown").frame_locator("iframe.shown")
    shell.locator("section.wall-scene.is-shown").wait_for(timeout=60_000)
    for _ in range(SCENES.index(scene)):
        page.keyboard.press("ArrowRight")
    shell.locator(f"section.wall-scene.is-shown[data-scene={scene}]").wait_for()
    shell.locator(f"[data-scene={scene}] [data-status-text]:not(:empty)").wait_for()
    page.screenshot(path=target, type="jpeg", quality=92)
    page.close()


def _run(*command: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)


if __name__ == "__main__":
    main()
