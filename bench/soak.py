"""make soak: one display before one server through thousands of snapshots, as fast as they can be drawn.

It asks whether months on a wall leave anything behind. Every change takes the way that it takes on a wall: a snapshot
is published, the display's poll tells of it, the app's page draws it in the hidden frame, it is copied and shown, and
the old picture goes. Two scenes at a time, so that a change is quick; which two, the configuration says anew each time,
so that all six take their turn. Once everything has been used for the first time, nothing may grow by more than 5 %:
the last fifth of the samples stands beside the second. It writes a table, and exits 1 where one of those is not flat.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from datetime import date
from pathlib import Path

from bench.kiosk import MEGABYTE, Kiosk, hung
from bench.served import ROOT, Server, Snapshots, demo, serve
from pages.parts.wall.site import FILE_VARIABLE, SCENES

POLL_SECONDS = 0.1
PATIENCE = 300
LIMIT = 1.05
SAMPLES = 50
PAIRS = [SCENES[start : start + 2] for start in range(0, len(SCENES), 2)]
SITE = """
[office]
mode = "office"
title = {{ zh = "{{unit}}标准运行数字化综合大屏", en = "{{unit}} · Standard Operation" }}
footer = {{ zh = "数据异常提示均待核实", en = "Every data anomaly is to be verified" }}
scenes = ["{}", "{}"]
dwell_seconds = 5
quiet_hour = "03:30"
"""
Sample = dict[str, float]
MEANINGS = {
    "heap_mb": "浏览器堆，强制回收后，MB JavaScript heap after a forced collection",
    "documents": "文档 documents",
    "nodes": "节点 DOM nodes",
    "listeners": "事件监听 event listeners",
    "kept_mb": "IndexedDB，最大，MB at most",
    "browser_mb": "浏览器全部进程，最大，MB all processes of the browser, at most",
    "server_mb": "服务器常驻内存，MB server, resident memory",
    "threads": "服务器线程 server threads",
    "files": "服务器打开的文件与连接 server, open files and connections",
    "sessions": "服务器会话 server sessions",
    "server_cpu_s": "每次更换的服务器处理器时间，秒 server processor seconds a change",
    "seconds": "每次更换用时，秒 seconds a change",
}
FLAT = ("heap_mb", "documents", "nodes", "listeners", "server_mb", "threads", "files", "sessions")
"""What must not grow. The other figures go up and down with what the browser tidies when, and with the machine."""
UP_AND_DOWN = ("kept_mb", "browser_mb")
"""Of these not the median counts, but the most that they reached."""


def soak(work: Path, directory: Path, changes: int, out: Path) -> list[Sample]:
    """The samples, in the order of the changes; the table is written anew with each."""
    snapshots, wall = Snapshots(directory), work / "wall.toml"
    _turn(wall, 0)
    snapshots.publish()
    every = len(PAIRS) * max(1, changes // SAMPLES // len(PAIRS))
    samples: list[Sample] = []
    with (
        serve(directory, POLL_SECONDS, **{FILE_VARIABLE: wall}) as server,
        hung(f"{server.url}/wall?display=soak") as kiosk,
    ):
        since, spent = time.monotonic(), server.processor_seconds()
        for number in range(1, changes + 1):
            _turn(wall, number)
            _await_shown(server, snapshots.publish())
            if number % every:
                continue
            took, used = time.monotonic() - since, server.processor_seconds() - spent
            pace = {"seconds": took / every, "server_cpu_s": used / every}
            samples.append({"changes": number} | _sample(kiosk, server) | pace)
            print("  ".join(f"{name} {value:,.2f}" for name, value in samples[-1].items()), flush=True)
            out.write_text(table(samples, number), encoding="utf-8")
            since, spent = time.monotonic(), server.processor_seconds()
    return samples


def _turn(wall: Path, number: int) -> None:
    """Let the site show the next two scenes."""
    new = wall.with_suffix(".new")
    new.write_text(SITE.format(*PAIRS[number % len(PAIRS)]), encoding="utf-8")
    os.replace(new, wall)


def _await_shown(server: Server, snapshot: str) -> None:
    """Wait until the display says that it shows this snapshot."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if any(one["snapshot"] == snapshot for one in server.json("/wall/health.json")["displays"]):
            return
        time.sleep(0.03)
    raise TimeoutError(f"{snapshot} was not drawn")


def _sample(kiosk: Kiosk, server: Server) -> Sample:
    """Everything that could grow."""
    return kiosk.held() | {
        "server_mb": server.memory_bytes() / MEGABYTE,
        "threads": server.threads(),
        "files": server.open_files(),
        "sessions": server.sessions(),
    }


# --- what has grown ---------------------------------------------------------------------------------------------------


def parts(samples: list[Sample], name: str) -> tuple[float, float]:
    """The median of the second fifth, the first being spent with first uses, and that of the last."""
    fifth = max(1, len(samples) // 5)
    early, late = samples[fifth : 2 * fifth] or samples, samples[-fifth:]
    typical = max if name in UP_AND_DOWN else statistics.median
    return typical(one[name] for one in early), typical(one[name] for one in late)


def growth(samples: list[Sample], name: str) -> float:
    """The last fifth beside the second."""
    early, late = parts(samples, name)
    return late / early if early else 1.0 + late


def table(samples: list[Sample], changes: int) -> str:
    """The page docs/soak.md."""
    fifth = max(1, len(samples) // 5)
    early = [int(one["changes"]) for one in samples[fifth : 2 * fifth] or samples]
    late = [int(one["changes"]) for one in samples[-fifth:]]
    lines = [
        "# 大屏连续更换 The wall through its changes",
        "",
        f"`python -m bench.soak --changes {changes}`, {date.today()}: {changes:,} snapshots, one after the other,",
        "through the whole way from the pointer to the picture, all six scenes, 1920×1080. Medians of the samples.",
        "",
        f"| | {early[0]:,} – {early[-1]:,} | {late[0]:,} – {late[-1]:,} | |",
        "|---|---:|---:|---:|",
    ]
    for name, meaning in MEANINGS.items():
        before, after = parts(samples, name)
        change = f"{100 * (growth(samples, name) - 1):+.1f} %" if name in FLAT else ""
        lines.append(f"| {meaning} | {before:,.2f} | {after:,.2f} | {change} |")
    lines += ["", "目标：增长不超过 5 %。Target: no growth of more than 5 %."]
    return "\n".join([*lines, ""])


def main() -> None:
    """Soak, print and write the table, exit 1 where a figure is not flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=2000)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "soak")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "soak.md")
    given = parser.parse_args()
    work = given.work.resolve()
    samples = soak(work, demo(work / "office", "office"), given.changes, given.out)
    given.out.write_text(table(samples, given.changes), encoding="utf-8")
    print(given.out.read_text(encoding="utf-8"))
    sys.exit(any(growth(samples, name) > LIMIT for name in FLAT))


if __name__ == "__main__":
    main()
