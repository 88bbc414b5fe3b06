"""This system on the same files: `load` times extract→load alone, `run` all steps of a run."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench.measured import measured
from etl.gather import Warehouse
from etl.run import run


def main(inbox: Path, target: Path) -> None:
    """One run over an inbox; the seconds until the records are loaded are reported beside the whole."""
    marks: dict[str, float] = {}
    busy: dict[str, float] = {}

    def mark(step: str, _: int) -> None:
        marks.setdefault(step, time.perf_counter())
        busy.setdefault(step, time.process_time())

    with measured() as found:
        started, idle = time.perf_counter(), time.process_time()
        report = run(inbox, Warehouse(target), [], mark)
        found["run_seconds"] = time.perf_counter() - started
        found["load_seconds"] = marks["measure"] - started
        found["seconds"] = found["load_seconds"]
        found["judge_seconds"] = marks["publish"] - marks["measure"]
        found["load_processor_seconds"] = busy["measure"] - idle
        found["judge_processor_seconds"] = busy["publish"] - busy["measure"]
        found["rows"] = sum(outcome.read for outcome in report.tables.values())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
