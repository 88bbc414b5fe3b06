"""The pages, warm, in the real browser, beside a bare Streamlit page that shows the same elements from ready data.

`python -m bench.pages --large WAREHOUSE --small WAREHOUSE` opens every page over both warehouses in turn with its bare
twin, so that what else the machine does falls on all alike, and writes medians and ratios. What a twin shows is taken
from the page itself. Each warehouse has a ledger of its own, brought up to date with it. Only opening is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st
from playwright.sync_api import BrowserContext

from bench import twin, written
from docs.pictures import browsing
from ledger import migration, snapshot, storage
from model import warehouse
from model.policy import signing_in
from pages import contents
from pages.parts import visitor

ROOT = Path(__file__).parent.parent
TARGET = 1.3
PATIENCE = 120_000
PAGES = {
    name: address
    for entries in contents.PAGES.values()
    for name, _, address in entries
    if visitor.opens(signing_in.THE_SINGLE_USER, name)
}
FIRST = next(iter(PAGES))
WHOLE = """([charts, tables]) => {
  const all = (where, what) => [...document.querySelectorAll(where)].filter((one) => one.querySelector(what)).length;
  return all('.js-plotly-plot', '.main-svg') >= charts
    && all('table.list', 'tbody') + all('[data-testid=stDataFrame]', 'canvas') >= tables;
}"""
Counts = tuple[int, int]


def address_of(name: str) -> str:
    """The address of a page; the first one has none."""
    return "" if name == FIRST else PAGES[name]


def kept_for(directory: Path, folder: Path) -> dict[str, str]:
    """The variables of a ledger that has taken what this warehouse has published."""
    url, anchor = f"sqlite:///{folder}.db", folder.with_suffix(".anchor")
    made = storage.open_ledger(url, anchor)
    migration.upgrade(made)
    snapshot.take(made, warehouse.open_snapshot(directory))
    made.close()
    return {storage.ADDRESS_VARIABLE: url, storage.ANCHOR_VARIABLE: str(anchor)}


def shown(directory: Path, variables: Mapping[str, str], names: list[str]) -> dict[str, twin.Described]:
    """What each of the pages shows over a warehouse; one that cannot be shown, as over an old snapshot, is left out."""
    os.environ |= {warehouse.DIRECTORY_VARIABLE: str(directory), **variables}
    st.cache_resource.clear()
    found = {name: twin.ready(address_of(name)) for name in names}
    return {name: one for name, one in found.items() if one is not None}


@contextmanager
def bare(folder: Path) -> Iterator[str]:
    """The bare pages, served."""
    port = browsing.free_port()
    command = [sys.executable, "-m", "streamlit", "run", "bench/bare_page.py", "--server.port", str(port)]
    server = subprocess.Popen(
        [*command, "--", str(folder)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def seconds(context: BrowserContext, address: str, counts: Counts) -> float:
    """How long one opening takes until all charts and tables are drawn and nothing runs any more."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_function(WHOLE, arg=counts)
    page.wait_for_function(browsing.READY)
    taken = time.perf_counter() - started
    page.close()
    return taken


def measure(
    context: BrowserContext, places: Mapping[str, tuple[str, Counts]], rounds: int
) -> dict[str, float]:
    """The median of each place's openings, all places in turn; the first round warms."""
    taken: dict[str, list[float]] = {kind: [] for kind in places}
    for turn in range(rounds + 1):
        for kind, (address, counts) in places.items():
            found = seconds(context, address, counts)
            if turn:
                taken[kind].append(found)
    return {kind: statistics.median(found) for kind, found in taken.items()}


def line(name: str, found: Mapping[str, float]) -> str:
    """One page as a line of the table."""
    cells = [
        f"{1000 * found[size]:.0f} | {found[size] / found[f'bare {size}']:.2f}" for size in ("large", "small")
    ]
    return f"| {name} | {' | '.join(cells)} | {found['large'] / found['small']:.2f} |"


def records(directory: Path) -> int:
    """How many records a warehouse's snapshot holds."""
    tables = warehouse.open_snapshot(directory).manifest["tables"]
    return sum(int(one["rows"]) for one in tables.values())


TOLD = """\
`python -m bench.pages --large WAREHOUSE --small WAREHOUSE --write`: every page opened warm in the real browser over
both warehouses, in turn with a bare Streamlit page that shows the same charts, tables, texts, controls, forms and links
from ready data, and has no look of its own. Medians of {rounds} rounds, {today:%B %Y}; {sizes}.

| page | large ms | ÷ bare | small ms | ÷ bare | large ÷ small |
|---|---:|---:|---:|---:|---:|
{lines}

目标：不超过裸页面的 {target} 倍，两种规模相同。Target: at most {target} × the bare page, at both sizes alike.
{verdict}"""


def told(directories: Mapping[str, Path], lines: list[str], over: list[str], rounds: int) -> str:
    """The section of docs/bench.md."""
    return TOLD.format(
        rounds=rounds,
        today=date.today(),
        sizes="; ".join(f"{size}: {records(one):,} records" for size, one in directories.items()),
        lines="\n".join(lines),
        target=TARGET,
        verdict=f"尚未达标 Not reached by: {', '.join(over)}." if over else "全部达标。All pages reach it.",
    )


def main() -> None:
    """Measure and print a table in Markdown; with --write it goes to docs/bench.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=Path, required=True)
    parser.add_argument("--small", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pages", nargs="*", default=list(PAGES))
    parser.add_argument("--write", action="store_true", help="Put the table into docs/bench.md.")
    asked = parser.parse_args()
    directories = {"large": asked.large.resolve(), "small": asked.small.resolve()}
    lines, over = [], []
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        ledgers = {size: kept_for(one, folder / size) for size, one in directories.items()}
        parts = {size: shown(one, ledgers[size], asked.pages) for size, one in directories.items()}
        for size, found in parts.items():
            for name, elements in found.items():
                (folder / f"{name}-{size}.json").write_text(json.dumps(elements), encoding="utf-8")
        sites = {
            size: stack.enter_context(browsing.served(one, ledgers[size]))
            for size, one in directories.items()
        }
        twins = stack.enter_context(bare(folder))
        browser = stack.enter_context(browsing.chromium())
        context = browser.new_context(viewport=browsing.SIZE)  # type: ignore[arg-type]
        for name in asked.pages:
            if any(name not in found for found in parts.values()):
                print(f"{name}: not shown over both", file=sys.stderr)
                continue
            places: dict[str, Any] = {}
            for size, site in sites.items():
                elements = [one for part in parts[size][name].values() for one in part]
                counts = twin.count(elements, "plotly_chart"), twin.count(elements, "table")
                places[size] = f"{site}/{address_of(name)}", counts
                places[f"bare {size}"] = f"{twins}/?page={name}-{size}", counts
            found = measure(context, places, asked.rounds)
            lines.append(line(name, found))
            if any(found[size] > TARGET * found[f"bare {size}"] for size in directories):
                over.append(name)
            print(lines[-1], flush=True)
    text = told(directories, lines, over, asked.rounds)
    print(f"\n{text}")
    if asked.write:
        written.put("docs/bench.md", "python -m bench.pages", text)


if __name__ == "__main__":
    main()
