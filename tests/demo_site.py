"""A demo bureau of one office, loaded as it is delivered, and its pages as a person opens them.

It exists so that a page is tried on what the loader really writes: once without a browser, once in one. It must not be
used for anything but tests.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from playwright.sync_api import Page
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from docs.pictures import browsing
from etl import demo, run
from etl.gather import Warehouse
from model import warehouse

ROOT = Path(__file__).parent.parent
DASHBOARD = str(ROOT / "dashboard.py")
END = date(2026, 10, 31)
PATIENCE = 90_000
"""Milliseconds: two cores are shared with other tests."""
LONG_AGO = 1_793_500_000
"""When the files were last written (October 2026), so that no run waits for them to settle."""


def load(place: Path) -> Path:
    """The directory of a warehouse of the office of one's own, in a folder below pytest's."""
    return copied(place, "office", _load_office)


def copied(place: Path, name: str, make: Callable[[Path], None]) -> Path:
    """A copy in `place` of a warehouse that is made once for all files of a run, by whichever worker comes first.

    `make` writes the folder `warehouse` in the place that it is given.
    """
    shared = next(one for one in place.parents if one.parent.name.startswith("pytest-of-")) / f"shared_{name}"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "warehouse" / warehouse.CURRENT).exists():
            make(shared)
    return Path(shutil.copytree(shared / "warehouse", place / "warehouse"))


def _load_office(place: Path) -> None:
    inbox = place / "inbox"
    demo.write(inbox, scale="office", end=END)
    for path in inbox.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert run.run(inbox, Warehouse(place / "warehouse"), [], lambda step, size: None).published


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
def browsed(directory: Path) -> Iterator[Page]:
    """The pages in a real browser, at desktop size; their address is the page's base."""
    with browsing.served(directory) as address, browsing.chromium() as browser:
        context = browser.new_context(base_url=address, viewport=browsing.SIZE)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def opened(page: Page, address: str) -> Page:
    """The page at this address, once it is whole."""
    page.goto(address)
    page.wait_for_selector(".page-title, .message")
    return whole(page)


def whole(page: Page) -> Page:
    """The page once nothing is drawn any more, and nothing of what stood there before is left."""
    page.wait_for_function(browsing.READY)
    return page
