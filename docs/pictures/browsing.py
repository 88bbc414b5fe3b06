"""The pages served over a warehouse, and the browser that opens them: for the pictures, the tests and the bench.

It must not know what a page shows.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from model.warehouse import DIRECTORY_VARIABLE

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""As root, without a graphics card, and asking no host of its maker."""
SIZE = {"width": 1440, "height": 1000}
READY = """() => !document.querySelector('[data-testid=stSkeleton]')
  && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser, for as long as the block runs."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@contextmanager
def served(
    warehouse: Path, variables: Mapping[str, str] | None = None, arguments: Sequence[str] = (), port: int = 0
) -> Iterator[str]:
    """The pages over this warehouse, at the address given, for as long as the block runs."""
    with running(warehouse, variables, arguments, port) as (address, _):
        yield address


@contextmanager
def running(
    warehouse: Path, variables: Mapping[str, str] | None = None, arguments: Sequence[str] = (), port: int = 0
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The same, with the process that serves them."""
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(port), *arguments],
        cwd=ROOT,
        env=os.environ | {DIRECTORY_VARIABLE: str(warehouse)} | dict(variables or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(address)
        yield address, server
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)
