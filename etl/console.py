"""What the commands share: the lock, the JSON of a run, progress, and a run in a few lines.

Progress and logs go to stderr. Nothing here knows how a run works.
"""

from __future__ import annotations

import fcntl
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from etl.building import Report
from etl.gather import Warehouse
from model.contract import TABLES, VAULT
from model.owner import require_owner

log = logging.getLogger("etl")

ALL_LOADED, NOT_PUBLISHED, SOME_REFUSED = 0, 1, 3
_STEPS = ("extract", *TABLES, "measure", "judge", "publish")


class BusyError(RuntimeError):
    """Another run holds the warehouse."""


@contextmanager
def exclusive(place: Warehouse, wait_seconds: float) -> Iterator[None]:
    """Hold the warehouse for this process; wait for another run, then give up with BusyError."""
    require_owner(place.directory)
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
    """0 all loaded or nothing new, 3 published, but some files refused.

    A file that was refused before and still lies in the inbox is nothing new: it is told again on stderr, not by the
    code, which would make a timer fail at every look for what somebody else must mend.
    """
    return SOME_REFUSED if report.refused and report.published else ALL_LOADED


def explained(error: Exception) -> str:
    """An error in one line, a full disk by its name."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    is_full = "No space left" in str(error) or "failed to write" in str(error).lower()
    return f"{text} (is the disk full?)" if is_full else text


def summary(report: Report) -> str:
    """A run in a few lines for a person."""
    lines = [f"已发布 published {report.snapshot}"]
    if not report.published:
        lines = [f"没有新数据 nothing new; 当前快照 current snapshot: {report.snapshot or '无 none'}"]
    for name, outcome in report.tables.items() if report.published else ():
        lines.append(
            f"  {TABLES.get(name, VAULT).info['zh']} {name}: {outcome.read} 读入 read = {outcome.loaded} 载入 loaded"
            f" + {outcome.unchanged} 未变 unchanged + {outcome.superseding} 更新 superseding"
            f" + {outcome.quarantined} 隔离 quarantined + {outcome.merged} 并入 merged;"
            f" {outcome.released} 释放 released, {outcome.derived} 推导 derived"
        )
    if report.refused:
        lines.append(f"  {len(report.refused)} 个文件未接收，仍在收件箱 files refused, still in the inbox")
    return "\n".join(lines)
