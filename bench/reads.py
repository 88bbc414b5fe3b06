"""How long the reads of the pages take on a warehouse, each the best of several after a warm-up."""

from __future__ import annotations

import inspect
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from model import warehouse
from model.warehouse import Snapshot
from pages.parts.reads import quality, records


def arguments(read: Callable[..., object], snapshot: Snapshot) -> list[object]:
    """What a page would ask: the root unit, the first measure, the first core table, no further filter."""
    unit = str(records.units(snapshot)["unit_id"].iloc[0])
    usual = {
        "unit_id": unit,
        "measure": "inspections_done",
        "table": "inspection",
        "reason": None,
        "column": None,
    }
    names = list(inspect.signature(read).parameters)[1:]
    return [usual.get(name) for name in names]


def main(directory: Path) -> None:
    """Print the slowest read in milliseconds, and each."""
    snapshot = warehouse.open_snapshot(directory)
    held = {**vars(records), **vars(quality)}
    named = {name: one for name, one in held.items() if inspect.isroutine(inspect.unwrap(one))}
    found: dict[str, float] = {}
    for name, read in named.items():
        if name.startswith("_") or name == "read" or "snapshot" not in inspect.signature(read).parameters:
            continue
        plain = inspect.unwrap(read)
        asked = arguments(plain, snapshot)
        plain(snapshot, *asked)
        best = []
        for _ in range(5):
            started = time.perf_counter()
            plain(snapshot, *asked)
            best.append(time.perf_counter() - started)
        found[name] = 1000 * min(best)
    print(json.dumps({"slowest_ms": max(found.values()), **found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
