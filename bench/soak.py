"""make soak: one display before one server through thousands of snapshots, as fast as they can be drawn.

It asks whether months on a wall leave anything behind: the browser's heap after a collection, its documents and nodes,
the memory of its processes, and that of the server, in the course of the changes. Both the heap and the server's memory
must stay within 5 % of what they were once everything had been used for the first time; it exits 1 where they do not.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import CDPSession, sync_playwright

from bench.served import ROOT, Server, Snapshots, demo, resident_bytes, serve

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
LIMIT = 1.05
SAMPLES = 50
Sample = dict[str, float]
MEGABYTE = 1024 * 1024


def soak(directory: Path, changes: int) -> list[Sample]:
    """The samples, in the order of the changes."""
    snapshots = Snapshots(directory)
    snapshots.publish()
    with serve(directory, 0.2) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{server.url}/wall?display=soak&dwell=5")
        session = page.context.new_cdp_session(page)
        samples = []
        for number in range(1, changes + 1):
            started = time.monotonic()
            _shown(server, snapshots.publish())
            if number % max(1, changes // SAMPLES) == 0:
                seconds = time.monotonic() - started
                samples.append(_sample(session, server) | {"changes": number, "seconds": seconds})
                print(_line(samples[-1]), flush=True)
        browser.close()
    return samples


def _shown(server: Server, snapshot: str) -> None:
    """Wait until the display says that it shows this snapshot."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        displays = server.json("/wall/health.json")["displays"]
        if any(one["snapshot"] == snapshot for one in displays):
            return
        time.sleep(0.05)
    raise TimeoutError(f"{snapshot} was not drawn")


def _sample(session: CDPSession, server: Server) -> Sample:
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    held = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return {
        "heap_mb": held["JSHeapUsedSize"] / MEGABYTE,
        "documents": held["Documents"],
        "nodes": held["Nodes"],
        "browser_mb": _browser_bytes() / MEGABYTE,
        "server_mb": server.memory_bytes() / MEGABYTE,
    }


def _browser_bytes() -> int:
    """All processes of the browser that this process has started."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True
    ).stdout
    parents = {int(one.split()[0]): int(one.split()[1]) for one in listed.splitlines()}
    mine = {int(one.split()[0]) for one in listed.splitlines() if "chrom" in one}

    def is_own(process_id: int) -> bool:
        while process_id in parents and process_id > 1:
            if parents[process_id] == os.getpid():
                return True
            process_id = parents[process_id]
        return False

    return sum(resident_bytes(one) for one in mine if is_own(one) and Path(f"/proc/{one}").exists())


def _line(sample: Sample) -> str:
    return "  ".join(f"{name} {value:,.1f}" for name, value in sample.items())


def growth(samples: list[Sample], name: str) -> float:
    """The last fifth beside the second fifth: the first one is spent with first uses."""
    fifth = max(1, len(samples) // 5)
    early, late = samples[fifth : 2 * fifth], samples[-fifth:]
    return statistics.median(one[name] for one in late) / statistics.median(one[name] for one in early)


def main() -> None:
    """Soak, print the growth of each figure, exit 1 where one is not flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=2000)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "soak")
    given = parser.parse_args()
    samples = soak(demo(given.work), given.changes)
    grown = {name: growth(samples, name) for name in samples[0] if name not in ("changes", "seconds")}
    print(f"after {given.changes} snapshots, the last fifth beside the second:")
    print("  ".join(f"{name} x{value:.3f}" for name, value in grown.items()))
    sys.exit(max(grown["heap_mb"], grown["server_mb"]) > LIMIT)


if __name__ == "__main__":
    main()
