"""A served wall for the browser tests: a server that can be killed, a clock and a warehouse that can be moved.

The clock starts at noon of a given day, so that no test depends on when it runs. It must not hold an assertion about
what a wall shows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page

from docs.pictures.browsing import ROOT, free_port
from model import warehouse
from pages.parts.wall import site as walls
from tests import warehouse_fixture as fixture

NOON = datetime(2026, 11, 30, 12)
"""The last day of a month."""
SITE = """
[office]
mode = "office"
title = { zh = "{unit}标准运行数字化综合大屏", en = "{unit} standard operation" }
footer = { zh = "待核实", en = "to be verified" }
scenes = ["operation", "trends", "cells"]
dwell_seconds = 3600
quiet_hour = "03:30"
stale = { after_hours = { inspection = 4, licence_application = 300, complaint = 300 } }
"""
"""Inspection is known until three hours before NOON: it becomes late one hour after it."""
PATIENCE = 120
"""How many seconds a server or a first picture may take on a machine that has much else to do."""
SHELL = "iframe.shell.shown"
SHOWN = f"document.querySelector('{SHELL}')?.contentDocument?.querySelector('#stage iframe.shown')?.contentDocument"
"""JavaScript: the document of the picture that is seen; undefined while there is none."""


@dataclass
class Wall:
    """A warehouse, the server over it, and the browsers before it."""

    directory: Path
    is_stub: bool = True
    poll_seconds: float = 0.5
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    foreign: list[str] = field(default_factory=list)
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Two snapshots, the older one current; the clock at NOON."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for sequence in (1, 2):
            fixture.publish(self.directory, sequence=sequence, clock=fixture.Clock(NOON))
        self.show(1)
        self.at(NOON)
        self.configure(SITE)

    def show(self, sequence: int) -> str:
        """Let CURRENT name this snapshot."""
        fixture.point(self.directory, f"s{sequence:06d}")
        return f"s{sequence:06d}"

    def at(self, moment: datetime) -> None:
        """Move the server's clock."""
        real = datetime.now(ZoneInfo(warehouse.TIME_ZONE)).replace(tzinfo=None)
        _replace(self.directory / "clock", str((moment - real).total_seconds()))

    def configure(self, text: str) -> None:
        _replace(self.directory / "wall.toml", text)

    def trouble(self, **what: Any) -> None:
        """Let the stand-in page be in trouble."""
        _replace(self.directory / "stub.json", json.dumps(what))

    def start(self) -> None:
        variables = {
            warehouse.DIRECTORY_VARIABLE: str(self.directory),
            walls.FILE_VARIABLE: str(self.directory / "wall.toml"),
            "WALL_TEST_CLOCK": str(self.directory / "clock"),
            "INTEGRITY_POLL_SECONDS": str(self.poll_seconds),
        }
        command = [sys.executable, "-m", "tests.wall_server", str(self.port), *(["--stub"] * self.is_stub)]
        self.server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables | self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(PATIENCE * 10):
            if self.status("/wall/state"):
                return
            time.sleep(0.1)
        raise TimeoutError(self.url)

    def kill(self) -> None:
        """As a power failure would."""
        if self.server:
            self.server.kill()
            self.server.wait(10)
            self.server = None

    def status(self, path: str) -> int:
        """The status of an answer; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def json(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.loads(answer.read())

    def context(
        self, browser: Browser, width: int = 1920, height: int = 1080, *, is_still: bool = False
    ) -> BrowserContext:
        made = browser.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce" if is_still else "no-preference",
        )
        made.on("request", lambda request: self.note(request.url))
        return made

    def note(self, address: str) -> None:
        if not address.startswith((self.url, "data:", "blob:", "about:")):
            self.foreign.append(address)

    def open(self, context: BrowserContext, query: str = "") -> Page:
        """A display, once its picture stands."""
        page = context.new_page()
        page.goto(f"{self.url}/wall?{query}")
        await_picture(page)
        return page


def _replace(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def await_picture(page: Page) -> None:
    page.wait_for_function(f"() => {SHOWN}", timeout=PATIENCE * 1000)


def picture(page: Page) -> FrameLocator:
    """The picture that is seen."""
    return page.frame_locator(SHELL).frame_locator("#stage iframe.shown")


def text_of(page: Page, selector: str) -> str:
    """The text of one element of the scene that is shown; empty where there is none."""
    script = f"selector => ({SHOWN})?.querySelector(`section.is-shown ${{selector}}`)?.textContent ?? ''"
    return str(page.evaluate(script, selector))


def wait_for(page: Page, selector: str, expression: str, seconds: float = 40) -> None:
    """Wait until what JavaScript says of this element of the shown scene (`it`) is true."""
    script = f"""selector => {{
      const it = ({SHOWN})?.querySelector(`section.is-shown ${{selector}}`);
      return it && ({expression});
    }}"""
    page.wait_for_function(script, arg=selector, timeout=seconds * 1000, polling=100)
