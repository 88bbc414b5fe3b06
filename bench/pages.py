"""The pages, warm, in the real browser, beside a bare Streamlit page with the same charts and tables from ready data.

`python -m bench.pages --large WAREHOUSE --small WAREHOUSE` opens every page over both warehouses in turn with its bare
twin, so that what else the machine does falls on all alike, and writes medians and ratios. What a bare page shows is
taken from ours: the charts' own specifications and the tables' rows. Only opening is measured; nothing is published.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from docs.pictures import make
from model import warehouse
from pages import contents

ROOT = Path(__file__).parent.parent
TARGET = 1.3
PATIENCE = 120_000
PAGES = {name: address for entries in contents.PAGES.values() for name, _, address in entries}
FIRST = next(iter(PAGES))
WHOLE = """([charts, tables]) => document.querySelectorAll('.js-plotly-plot .main-svg').length >= charts
  && document.querySelectorAll('table.list tbody, [data-testid=stDataFrame] canvas').length >= tables"""


def ready(directory: Path, name: str) -> dict[str, Any] | None:
    """What a page shows over a warehouse: its title, the specifications of its charts, the rows of its tables; None
    where it cannot be shown, as over a snapshot of an older version."""
    from tests import demo_site

    os.environ[warehouse.DIRECTORY_VARIABLE] = str(directory)
    app = demo_site.page_of("" if name == FIRST else PAGES[name])
    if app.exception or "message failing" in demo_site.shown(app):
        return None
    tables = [json.loads(one.proto.json)["rows"] for one in app.get("bidi_component")]
    shown = [[{key: _text(value) for key, value in row.items()} for row in rows] for rows in tables]
    return {"title": name, "charts": [one.proto.spec for one in app.get("plotly_chart")], "tables": shown}


def _text(value: object) -> str:
    return str(value["text"] if isinstance(value, dict) and "text" in value else value)


@contextmanager
def bare(folder: Path) -> Iterator[str]:
    """The bare pages, served."""
    port = make.free_port()
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


def seconds(context: BrowserContext, address: str, charts: int, tables: int) -> float:
    """How long one opening takes until all charts and tables are drawn and nothing runs any more."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_function(WHOLE, arg=[charts, tables])
    page.wait_for_function(make.READY)
    taken = time.perf_counter() - started
    page.close()
    return taken


def measure(
    context: BrowserContext,
    sites: dict[str, str],
    twins: str,
    counts: dict[str, tuple[int, int]],
    name: str,
    rounds: int,
) -> dict[str, float]:
    """Medians by site: ours over each warehouse, and the bare twin of each, in turn; the first round warms."""
    taken: dict[str, list[float]] = {}
    address = "" if name == FIRST else PAGES[name]
    for turn in range(rounds + 1):
        for size, site in sites.items():
            for kind, at in ((size, f"{site}/{address}"), (f"bare {size}", f"{twins}/?page={name}-{size}")):
                found = seconds(context, at, *counts[size])
                if turn:
                    taken.setdefault(kind, []).append(found)
    return {kind: statistics.median(found) for kind, found in taken.items()}


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=Path, required=True)
    parser.add_argument("--small", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", nargs="*", default=list(PAGES))
    asked = parser.parse_args()
    directories = {"large": asked.large.resolve(), "small": asked.small.resolve()}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        counts: dict[str, dict[str, tuple[int, int]]] = {}
        for name in asked.pages:
            shown = {size: ready(directory, name) for size, directory in directories.items()}
            if any(found is None for found in shown.values()):
                print(f"{name}: not shown over both", file=sys.stderr)
                continue
            for size, found in shown.items():
                assert found is not None
                Path(folder, f"{name}-{size}.json").write_text(json.dumps(found), encoding="utf-8")
                counts.setdefault(name, {})[size] = (len(found["charts"]), len(found["tables"]))
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=make.CHROMIUM, args=arguments)
        context = browser.new_context(viewport=make.SIZE)  # type: ignore[arg-type]
        print(
            "| page | large ms | ÷ bare | small ms | ÷ bare | large ÷ small |\n|---|---:|---:|---:|---:|---:|",
            flush=True,
        )
        with (
            make.served(directories["large"]) as large,
            make.served(directories["small"]) as small,
            bare(Path(folder)) as twins,
        ):
            for name in counts:
                one = measure(
                    context, {"large": large, "small": small}, twins, counts[name], name, asked.rounds
                )
                ratios = {size: one[size] / one[f"bare {size}"] for size in directories}
                cells = [f"{1000 * one[size]:.0f} | {ratios[size]:.2f}" for size in directories]
                print(f"| {name} | {' | '.join(cells)} | {one['large'] / one['small']:.2f} |", flush=True)
        browser.close()
    print(f"\nTarget: ÷ bare at most {TARGET}, at both sizes alike.")


if __name__ == "__main__":
    main()
