"""What the commands share: the lock, the JSON of a run, progress, and words for people and a configured command.

Progress and logs go to stderr. Nothing here knows how a run works.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from etl.building import Report
from etl.gather import Intake, Warehouse
from model.contract import TABLES

log = logging.getLogger("etl")

ALL_LOADED, NOT_PUBLISHED, SOME_REFUSED = 0, 1, 3
ON_FAILURE_VARIABLE = "INTEGRITY_ON_FAILURE"
_STEPS = ("extract", *TABLES, "measure", "judge", "publish")


class BusyError(RuntimeError):
    """Another run holds the warehouse."""


@contextmanager
def exclusive(place: Warehouse, wait_seconds: float) -> Iterator[None]:
    """Hold the warehouse for this process; wait for another run, then give up with BusyError."""
    place.directory.mkdir(parents=True, exist_ok=True)
    with (place.directory / ".lock").open("w") as lock:
        until, has_told = time.monotonic() + wait_seconds, False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not has_told:
                    click.echo("another run is at work on this warehouse; waiting", err=True)
                    has_told = True
                if time.monotonic() >= until:
                    raise BusyError(
                        f"another run holds {place.directory}; gave up after {wait_seconds:.0f} s"
                    ) from None
                time.sleep(0.1)
        yield


def as_json(report: Report, seconds: float) -> dict[str, Any]:
    """What `run --json` prints."""
    files = [
        {
            "path": item.name,
            "source": item.source,
            "tables": list(item.tables),
            "sha256": item.sha256,
            "rows": item.rows,
            "status": item.status,
            "error": item.error,
        }
        for item in report.files
    ]
    tables = {}
    for name, outcome in report.tables.items():
        counts = {
            key: value for key, value in asdict(outcome).items() if key not in ("cells", "released_unchanged")
        }
        tables[name] = counts | {"reasons": report.reasons.get(name, {}), "cells": report.cells.get(name, {})}
    return {
        "snapshot": report.snapshot,
        "published": report.published,
        "seconds": round(seconds, 3),
        "files": files,
        "tables": tables,
    }


def call_on_failure(message: str) -> None:
    """Tell the configured command, if any, on its standard input."""
    command = os.environ.get(ON_FAILURE_VARIABLE)
    if not command:
        return
    try:
        subprocess.run(shlex.split(command), input=message + "\n", text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        log.error("the command of %s failed: %s", ON_FAILURE_VARIABLE, error)


@contextmanager
def progress() -> Iterator[Callable[[str, int], None]]:
    """A progress bar over the steps of a run on a terminal, log lines elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step, _: log.info("%s", step)
        return
    with click.progressbar(length=len(_STEPS), file=sys.stderr, item_show_func=lambda item: item) as bar:

        def tell(step: str, _: int) -> None:
            if step in _STEPS:
                bar.update(_STEPS.index(step) - bar.pos, step)

        yield tell
        bar.update(len(_STEPS) - bar.pos, "")


def exit_code(report: Report) -> int:
    """0 all loaded or nothing new, 3 published, but some files refused."""
    return SOME_REFUSED if report.refused and report.published else ALL_LOADED


def tell_files(files: list[Intake]) -> None:
    """Say of each file that was not simply known already what became of it."""
    for item in files:
        if item.status == "refused":
            log.error("%s: refused: %s", item.name, item.error)
        elif item.status == "waiting":
            log.warning("%s: left for the next run: %s", item.name, item.error)
        elif item.status == "loaded":
            log.info("%s: %s rows", item.name, item.rows)


def explained(error: Exception) -> str:
    """An error in one line, a full disk by its name."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    is_full = "No space left" in str(error) or "failed to write" in str(error).lower()
    return f"{text} (is the disk full?)" if is_full else text


def summary(report: Report) -> str:
    """A run in a few lines for a person."""
    if not report.published:
        return f"nothing new; current snapshot: {report.snapshot or 'none'}"
    lines = [f"published {report.snapshot}"]
    for name, outcome in report.tables.items():
        lines.append(
            f"  {name}: {outcome.read} read = {outcome.loaded} loaded + {outcome.unchanged} unchanged"
            f" + {outcome.superseding} superseding + {outcome.quarantined} quarantined + {outcome.merged} merged"
            f"; {outcome.released} released, {outcome.derived} derived"
        )
    return "\n".join(lines)
