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

from bench import written
from bench.inputs import feed, increments

Figures = dict[str, float]
ROUNDS = 3
PANDAS_ROWS = 20_000
PARTS = (
    ("extract→load", "load_seconds"),
    ("measure, judge, aggregate", "judge_seconds"),
    ("whole run, published", "run_seconds"),
)


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
    """Floor, ours, dlt and pandas on the same core files, round by round; then two days' increments."""
    registers, core = feed(work, rows)
    runs: dict[str, list[Figures]] = {"floor": [], "ours": [], "dlt": [], "closing": [], "within": []}
    days = {"closing": work / f"closing-{rows}", "within": work / f"within-{rows}"}
    for folder in days.values():
        shutil.rmtree(folder, ignore_errors=True)
    increments(core, *days.values(), share=0.001)
    for number in range(rounds):
        runs["floor"].append(measure("bench.floor", core, work / "floor.duckdb"))
        target = prepared(work / "ours", registers)
        runs["ours"].append(measure("bench.ours", core, target))
        for name, folder in days.items():
            runs[name].append(measure("bench.ours", folder, target))
        if number == 0:
            runs["dlt"].append(measure("bench.peer_dlt", core, work / "dlt.duckdb", python=peer))
    found = {name: median(items) for name, items in runs.items()}
    found["pandas"] = measure("bench.peer_pandas", core, work / "pandas.duckdb", PANDAS_ROWS)
    return found


def table(sizes: dict[int, dict[str, Figures]], reads: dict[int, Figures], command: str) -> str:
    """The measurements as docs/bench.md shows them."""
    found = sizes[max(sizes)]
    ours = found["ours"]
    scale = ours["rows"] / found["pandas"]["rows"]
    floor = found["floor"]["seconds"]

    def line(name: str, seconds: float, processor: float, peak: float) -> str:
        return f"| {name} | {seconds:.1f} | {seconds / floor:.2f} | {processor:.1f} | {peak:.0f} |"

    def of(name: str, one: Figures, part: str = "", times: float = 1) -> str:
        busy = one[f"{part}processor_seconds"] * times
        return line(name, one[f"{part}seconds"] * times, busy, one["peak_mib"])

    def compared(part: str) -> str:
        days = (found[name][part] for name in ("within", "closing"))
        return " | ".join(f"{seconds:.2f} | {100 * seconds / ours[part]:.1f}" for seconds in days)

    lines = [
        f"`{command}`, {date.today()}, {platform.machine()}, Python {platform.python_version()}; "
        f"{int(ours['rows']):,} rows over inspection, licence_application and complaint.",
        "Each figure is the median of its rounds, all in one go.",
        "",
        "| what | seconds | ÷ floor | processor seconds | peak MiB |",
        "|---|---:|---:|---:|---:|",
        of("floor: typed read_csv into tables of a file", found["floor"]),
        of("extract→load, checked and landed", ours, "load_"),
        of("measure, judge, aggregate", ours, "judge_"),
        line("whole run, published", ours["run_seconds"], ours["processor_seconds"], ours["peak_mib"]),
        of("dlt, one round", found["dlt"]),
        of(f"pandas + to_sql, {int(found['pandas']['rows']):,} rows scaled up", found["pandas"], times=scale),
        "",
        f"| a day's increment of {int(found['within']['rows']):,} rows onto them | within a month | %"
        " | the day that closes one | % |",
        "|---|---:|---:|---:|---:|",
        *(f"| {name} | {compared(part)} |" for name, part in PARTS),
        "",
        "%: of the seconds that the same took in the whole run.",
        "",
        "| rows | extract→load ÷ floor | peak MiB |",
        "|---:|---:|---:|",
    ]
    for _, one in sorted(sizes.items()):
        ratio = one["ours"]["seconds"] / one["floor"]["seconds"]
        lines.append(f"| {int(one['ours']['rows']):,} | {ratio:.2f} | {one['ours']['peak_mib']:.0f} |")
    lines += ["", "| page reads, warm, milliseconds (slowest of all) |", "|---|"]
    lines += [f"| {rows:,} core rows: {one['slowest_ms']:.1f} |" for rows, one in sorted(reads.items())]
    return "\n".join(lines)


def main() -> None:
    """Measure and print a table in Markdown; with --write it goes to docs/bench.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--rows", type=int, nargs="+", default=[500_000, 5_000_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--write", action="store_true", help="Put the table into docs/bench.md.")
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
    if asked.write:
        written.put("docs/bench.md", "python -m bench", text)


if __name__ == "__main__":
    main()
