"""A demo bureau of one office, loaded as it is delivered, and its pages as a person opens them.

It exists so that a page is tried on what the loader really writes: once without a browser, once in one. It must not be
used for anything but tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from docs.pictures import make
from etl import demo, run
from etl.gather import Warehouse

ROOT = Path(__file__).parent.parent
DASHBOARD = str(ROOT / "dashboard.py")
END = date(2026, 10, 31)
PATIENCE = 90_000
"""Milliseconds: two cores are shared with other tests."""
LONG_AGO = 1_793_500_000
"""When the files were last written (October 2026), so that no run waits for them to settle."""


def load(place: Path) -> Path:
    """Write and load the office; the directory of its warehouse."""
    inbox, target = place / "inbox", place / "warehouse"
    demo.write(inbox, scale="office", end=END)
    for path in inbox.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    report = run.run(inbox, Warehouse(target), [], lambda step, size: None)
    assert report.published
    return target


def page_of(address: str, **query: str) -> AppTest:
    """One page without a browser, as its address and query ask for it; the environment names the warehouse."""
    app = AppTest.from_file(DASHBOARD, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app._page_hash = calc_hash(address)  # pages are functions here, which AppTest.switch_page does not know
    return app.run()


def shown(app: AppTest) -> str:
    """All HTML parts that a page shows."""
    return "\n".join(str(one.proto.body) for one in app.get("html"))


@contextmanager
def browsed(warehouse: Path) -> Iterator[Page]:
    """The pages in a real browser, at desktop size; their address is the page's base."""
    with make.served(warehouse) as address, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=make.CHROMIUM, args=flags)
        context = browser.new_context(base_url=address, viewport=make.SIZE)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield context.new_page()
        browser.close()


def opened(page: Page, address: str) -> Page:
    """The page at this address, once it is whole."""
    page.goto(address)
    page.wait_for_selector(".page-title, .message")
    return whole(page)


def whole(page: Page) -> Page:
    """The page once nothing is drawn any more, and nothing of what stood there before is left."""
    page.wait_for_function(make.READY)
    return page
