"""A warehouse of its own and the pages served over it, for the measurements of the wall.

A snapshot more costs nothing: its files are linked under a new name. Only the newest are kept, as the loader does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs.pictures import browsing
from model import warehouse

ROOT = browsing.ROOT
KEPT = 5
PREFIX = "000999-bench"


def demo(work: Path, scale: str = "district") -> Path:
    """A demo bureau, loaded: made once a folder."""
    inbox, target = work / "inbox", work / "warehouse"
    if not (target / warehouse.CURRENT).exists():
        run("etl", "demo", "--out", inbox, "--scale", scale)
        run("etl", "run", "--inbox", inbox, "--warehouse", target)
    return target


def run(*command: object) -> None:
    subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )


@dataclass
class Snapshots:
    """Publishes the same content again and again, each time as a snapshot of its own."""

    directory: Path
    count: int = 0

    def publish(self) -> str:
        """One snapshot more, current from now on; its id."""
        before = warehouse.open_snapshot(self.directory)
        self.count = max([self.count, *(int(one.name[-6:]) for one in self.directory.glob(f"{PREFIX}*"))]) + 1
        made = f"{PREFIX}{self.count:06d}"
        target = self.directory / made
        target.mkdir()
        for surface in warehouse.SURFACES:
            os.link(before.path(surface), target / f"{surface}.duckdb")
        manifest = before.manifest | {"snapshot": made, "sequence": 1000 + self.count}
        (target / warehouse.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        pointer = self.directory / "CURRENT.new"
        pointer.write_text(made + "\n", encoding="utf-8")
        os.replace(pointer, self.directory / warehouse.CURRENT)
        for old in sorted(self.directory.glob(f"{PREFIX}*"))[:-KEPT]:
            shutil.rmtree(old)
        return made


@dataclass
class Server:
    """The running service."""

    url: str
    process: subprocess.Popen[bytes]

    def json(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.loads(answer.read())

    def memory_bytes(self) -> int:
        """What of the process stands in memory."""
        return 1024 * int(self._status("VmRSS"))

    def threads(self) -> int:
        """How many threads the process has."""
        return int(self._status("Threads"))

    def open_files(self) -> int:
        """How many files and connections the process holds open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def sessions(self) -> int:
        """How many visitors' sessions are connected."""
        with urllib.request.urlopen(self.url + "/_stcore/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return next(int(float(one.split()[1])) for one in lines if one.startswith("active_sessions "))

    def _status(self, name: str) -> str:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(one.split()[1] for one in lines if one.startswith(name + ":"))

    def processor_seconds(self) -> float:
        """What the process has used of the processors since it was started."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serve(directory: Path, poll_seconds: float, **more: object) -> Iterator[Server]:
    """The service over this warehouse for as long as the block runs; `more` are variables of its environment."""
    variables = {"INTEGRITY_POLL_SECONDS": str(poll_seconds)} | {name: str(one) for name, one in more.items()}
    with browsing.running(directory, variables) as (address, process):
        yield Server(address, process)
