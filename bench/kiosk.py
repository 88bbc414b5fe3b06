"""A browser as it hangs on a wall, and what it holds, asked through its debugging port only while it is asked.

It exists because a browser that a test tool drives keeps what it has loaded for that tool, which no wall does.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from docs.pictures import browsing

FLAGS = (
    *browsing.FLAGS, "--headless", "--kiosk", "--hide-scrollbars", "--enable-precise-memory-info",
    "--window-size=1920,1080", "--remote-debugging-port=0",
)  # fmt: skip
MEGABYTE = 1024 * 1024
_ONE_PICTURE = "frames.length === 1 && frames[0].frames.length === 1"
_KEPT = "navigator.storage.estimate().then(it => it.usageDetails?.indexedDB ?? 0)"


@dataclass
class Kiosk:
    """The running browser."""

    process: subprocess.Popen[bytes]
    profile: Path

    def held(self) -> dict[str, float]:
        """Everything in the browser that could grow, after a collection, once the old picture is gone."""
        with connect(self._page(), max_size=None) as socket:
            numbers = iter(range(1, 10**6))

            def ask(method: str, **parameters: object) -> dict[str, Any]:
                number = next(numbers)
                socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
                while (said := json.loads(socket.recv(timeout=60))).get("id") != number:
                    pass
                found: dict[str, Any] = said["result"]
                return found

            def value(expression: str) -> Any:
                said = ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
                return said["result"]["value"]

            while not value(_ONE_PICTURE):
                time.sleep(0.05)
            ask("HeapProfiler.collectGarbage")
            ask("HeapProfiler.collectGarbage")
            ask("Performance.enable")
            held = {one["name"]: one["value"] for one in ask("Performance.getMetrics")["metrics"]}
            kept = value(_KEPT)
        return {
            "heap_mb": held["JSHeapUsedSize"] / MEGABYTE,
            "documents": held["Documents"],
            "nodes": held["Nodes"],
            "listeners": held["JSEventListeners"],
            "kept_mb": kept / MEGABYTE,
            "browser_mb": sum(_share_bytes(one) for one in _family(self.process.pid)) / MEGABYTE,
        }

    def _page(self) -> str:
        port = (self.profile / "DevToolsActivePort").read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=30) as answer:
            return next(one["webSocketDebuggerUrl"] for one in json.load(answer) if one["type"] == "page")


@contextmanager
def hung(address: str) -> Iterator[Kiosk]:
    """A browser that shows this address for as long as the block runs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browsing.CHROMIUM, *FLAGS, f"--user-data-dir={profile}", address]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Kiosk(process, Path(profile))
        finally:
            process.terminate()
            process.wait(30)


def _family(root: int) -> list[int]:
    """A process and all that have come from it."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for process, parent in (map(int, one.split()) for one in listed.splitlines()):
        children.setdefault(parent, []).append(process)
    found = [root]
    for one in found:
        found += children.get(one, [])
    return found


def _share_bytes(process: int) -> int:
    """A process's memory, what it shares counted by its share; nothing where it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(one.split()[1]) for one in lines if one.startswith("Pss:")), 0)
