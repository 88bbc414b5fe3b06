"""make bench: the loader beside its floor and its peers, in one run, as ratios; the table goes to docs/bench.md.

Each competitor is a process of its own that times itself after its imports; rounds alternate, medians are quoted.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
from datetime import date
from pathlib import Path

from bench.inputs import feed, increment

Figures = dict[str, float]
ROUNDS = 3
PANDAS_ROWS = 20_000


def measure(module: str, *arguments: object, python: str = sys.executable) -> Figures:
    """Run one competitor and return what it says of itself."""
    command = [python, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module}: {done.stderr[-2000:]}")
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def median(runs: list[Figures]) -> Figures:
    """The median of each figure over the runs."""
    return {name: statistics.median(one[name] for one in runs) for name in runs[0]}


def prepared(directory: Path, registers: Path) -> Path:
    """A fresh warehouse that holds the registers."""
    shutil.rmtree(directory, ignore_errors=True)
    measure("bench.ours", registers, directory / "warehouse")
    return directory / "warehouse"


def loading(work: Path, rows: int, rounds: int, peer: str) -> dict[str, Figures]:
    """Floor, ours, dlt and pandas on the same core files, round by round; then a day's increment."""
    registers, core = feed(work, rows)
    runs: dict[str, list[Figures]] = {"floor": [], "ours": [], "dlt": [], "increment": []}
    daily = work / f"daily-{rows}"
    shutil.rmtree(daily, ignore_errors=True)
    increment(core, daily, 0.001)
    for number in range(rounds):
        runs["floor"].append(measure("bench.floor", core, work / "floor.duckdb"))
        target = prepared(work / "ours", registers)
        runs["ours"].append(measure("bench.ours", core, target))
        runs["increment"].append(measure("bench.ours", daily, target))
        if number == 0:
            runs["dlt"].append(measure("bench.peer_dlt", core, work / "dlt.duckdb", python=peer))
    found = {name: median(items) for name, items in runs.items()}
    found["pandas"] = measure("bench.peer_pandas", core, work / "pandas.duckdb", PANDAS_ROWS)
    return found


def table(sizes: dict[int, dict[str, Figures]], reads: dict[int, Figures], command: str) -> str:
    """The measurements as the page docs/bench.md shows them."""
    largest = max(sizes)
    found = sizes[largest]
    floor, ours = found["floor"]["seconds"], found["ours"]
    pandas_rate = found["pandas"]["seconds"] / found["pandas"]["rows"]
    lines = [
        "# 测速 Bench",
        "",
        f"`{command}`, {date.today()}, {platform.machine()}, Python {platform.python_version()}; "
        f"{int(ours['rows']):,} rows over inspection, licence_application and complaint.",
        "Each figure is the median of its rounds, all in one go.",
        "",
        "| what | seconds | ÷ floor | peak MiB |",
        "|---|---:|---:|---:|",
        f"| floor: typed read_csv into tables of a file | {floor:.1f} | 1.00 | {found['floor']['peak_mib']:.0f} |",
        f"| extract→load, checked and landed | {ours['seconds']:.1f} | {ours['seconds'] / floor:.2f} "
        f"| {ours['peak_mib']:.0f} |",
        f"| whole run, published | {ours['run_seconds']:.1f} | {ours['run_seconds'] / floor:.2f} "
        f"| {ours['peak_mib']:.0f} |",
        f"| dlt, one round | {found['dlt']['seconds']:.1f} | {found['dlt']['seconds'] / floor:.2f} "
        f"| {found['dlt']['peak_mib']:.0f} |",
        f"| pandas + to_sql, {int(found['pandas']['rows']):,} rows scaled up | {pandas_rate * ours['rows']:.0f} "
        f"| {pandas_rate * ours['rows'] / floor:.0f} | {found['pandas']['peak_mib']:.0f} |",
        "",
        f"A day's increment of {int(found['increment']['rows']):,} rows onto them: "
        f"{found['increment']['run_seconds']:.2f} s, "
        f"{100 * found['increment']['run_seconds'] / ours['run_seconds']:.1f} % of the whole run.",
        "",
        "| rows | extract→load ÷ floor | peak MiB |",
        "|---:|---:|---:|",
    ]
    for _, one in sorted(sizes.items()):
        ratio = one["ours"]["seconds"] / one["floor"]["seconds"]
        lines.append(f"| {int(one['ours']['rows']):,} | {ratio:.2f} | {one['ours']['peak_mib']:.0f} |")
    lines += ["", "| page reads, warm, milliseconds (slowest of all) |", "|---|"]
    lines += [f"| {rows:,} core rows: {one['slowest_ms']:.1f} |" for rows, one in sorted(reads.items())]
    lines += [
        "",
        "目标:载入不超过底线的 2 倍且快于 dlt,日增量不超过全程的 5 %,内存峰值不超过 4096 MiB,页面读取不超过 20 毫秒。",
        "Targets: extract→load at most 2 × the floor and faster than dlt, a day's increment at most 5 % of the whole",
        "run, peak memory at most 4096 MiB, page reads at most 20 ms.",
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, print and write docs/bench.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--rows", type=int, nargs="+", default=[500_000, 5_000_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--out", type=Path, default=Path("docs/bench.md"))
    parser.add_argument(
        "--peer", default="build/peer/bin/python", help="The interpreter that has the peer dlt."
    )
    asked = parser.parse_args()
    work = asked.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    sizes: dict[int, dict[str, Figures]] = {}
    reads: dict[int, Figures] = {}
    for rows in sorted(asked.rows):
        sizes[rows] = loading(work, rows, asked.rounds, asked.peer)
        reads[rows] = measure("bench.reads", work / "ours" / "warehouse")
    sizes_asked = " ".join(str(rows) for rows in asked.rows)
    text = table(sizes, reads, f"python -m bench --rows {sizes_asked} --rounds {asked.rounds}")
    print(text)
    asked.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
