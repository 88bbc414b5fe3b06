"""The ledger under twenty people at once, under kill -9 in mid-write, and restored from a backup: figures for docs.

Each on SQLite and on a PostgreSQL of its own that syncs every commit. An act is what a page does: one transaction with
its row, its entry of the audit trail, and the anchor. Run: python -m bench.ledger --write
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from ledger import accounts, migration, proof
from ledger.storage import Ledger, open_ledger
from model.policy import Actor
from tests.postgresql_server import Server, binaries

KEEPER = Actor("keeper", "administrator")
BEGIN, END = "<!-- python -m bench.ledger -->", "<!-- end -->"
DOCS = Path(__file__).parent.parent / "docs" / "ledger.md"
Figures = dict[str, Any]


@contextmanager
def databases(work: Path) -> Iterator[dict[str, tuple[str, Server | None]]]:
    """The address of an empty database of each kind."""
    server = Server(binaries(), work / "postgresql", is_durable=True) if binaries() else None
    found: dict[str, tuple[str, Server | None]] = {"SQLite": (f"sqlite:///{work / 'ledger.db'}", None)}
    try:
        if server:
            server.folder.mkdir()
            server.create()
            server.start()
            found["PostgreSQL"] = (server.url(), server)
        yield found
    finally:
        if server:
            server.remove()


def act(ledger: Ledger, name: str) -> None:
    """One write as people do it."""
    with ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, name, "field_staff")


def at_once(url: str, people: int, acts: int) -> Figures:
    """So many people, each writing so many times with nothing in between: seconds of each act, and what was lost."""
    ledger = open_ledger(url)
    before, waits = proof.verify(ledger).entries, []

    def work(person: int) -> None:
        for number in range(acts):
            started = time.perf_counter()
            act(ledger, f"p{person}-{number}")
            waits.append(time.perf_counter() - started)

    threads = [threading.Thread(target=work, args=(person,)) for person in range(people)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    found = proof.verify(ledger)
    ledger.close()
    return {
        "acts": len(waits), "per_second": len(waits) / seconds, "median_ms": 1000 * statistics.median(waits),
        "p95_ms": 1000 * statistics.quantiles(waits, n=20)[-1], "slowest_ms": 1000 * max(waits),
        "lost": people * acts - (found.entries - before), "holds": found.holds,
    }  # fmt: skip


def _write_for_ever(url: str, round_number: int, told: Any) -> None:
    ledger = open_ledger(url)
    for number in range(1_000_000):
        act(ledger, f"k{round_number}-{number}")
        told.send(number)


def killed(url: str, rounds: int) -> Figures:
    """A writer killed at random moments: how many acts it was told of as done, and how many of them are gone."""
    ledger, chance = open_ledger(url), random.Random(1)
    processes, told_of, lost, holds = multiprocessing.get_context("spawn"), 0, 0, True
    for number in range(rounds):
        before = proof.verify(ledger).entries
        receive, send = processes.Pipe(duplex=False)
        process = processes.Process(target=_write_for_ever, args=(url, number, send))
        process.start()
        told = receive.recv() + 1
        time.sleep(chance.uniform(0.0, 0.25))
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        send.close()
        try:
            while receive.poll():
                told = receive.recv() + 1
        except EOFError:
            pass
        found = proof.verify(ledger)
        told_of, holds = told_of + told, holds and found.holds
        lost += max(told - (found.entries - before), 0)
    ledger.close()
    return {"rounds": rounds, "told": told_of, "lost": lost, "holds": holds}


def restored(url: str, server: Server | None, work: Path) -> Figures:
    """A backup taken while somebody writes, put back elsewhere and verified with the end noted before it was taken."""
    ledger, is_done = open_ledger(url), threading.Event()

    def work_on() -> None:
        number = 0
        while not is_done.is_set():
            act(ledger, f"b{number}")
            number += 1

    writer = threading.Thread(target=work_on)
    writer.start()
    noted = proof.verify(ledger).head
    started = time.perf_counter()
    target = _copy_sqlite(url, work) if server is None else _copy_postgresql(url, server, work)
    taken = time.perf_counter() - started
    shutil.copyfile(ledger.anchor, work / "restored.anchor")
    is_done.set()
    writer.join()
    ledger.close()
    there = open_ledger(target, work / "restored.anchor")
    started = time.perf_counter()
    found = proof.verify(there, noted)
    checked = time.perf_counter() - started
    there.close()
    missing = [one for one in found.findings if "is remembered in the anchor and is gone" not in one.what]
    return {"entries": found.entries, "taken_s": taken, "verify_s": checked, "holds": not missing}


def _copy_sqlite(url: str, work: Path) -> str:
    with sqlite3.connect(str(make_url(url).database)) as source, sqlite3.connect(work / "copy.db") as target:
        source.backup(target)
    return f"sqlite:///{work / 'copy.db'}"


def _copy_postgresql(address: str, server: Server, work: Path) -> str:
    url = make_url(address)
    environment = os.environ | {"PGPASSWORD": server.password}
    where = ["--host", "127.0.0.1", "--port", str(server.port), "--username", str(url.username)]
    dump = work / "ledger.dump"
    programs = server.programs
    subprocess.run(
        [programs / "pg_dump", *where, "--format", "custom", "--file", dump, str(url.database)],
        check=True, env=environment
    )  # fmt: skip
    server.execute("DROP DATABASE IF EXISTS restored", "CREATE DATABASE restored")
    subprocess.run(
        [programs / "pg_restore", *where, "--dbname", "restored", dump], check=True, env=environment
    )
    return str(url.set(database="restored").render_as_string(hide_password=False))


def table(found: dict[str, dict[str, Figures]], people: int) -> str:
    """The figures as docs show them."""
    lines = [
        f"`python -m bench.ledger`, {date.today()}, two shared cores with other work on them; every commit synced.",
        "",
        f"| {people} people writing at once, nothing in between | acts | a second | median | 95 % | slowest | lost |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, one in found.items():
        at = one["at_once"]
        lines.append(
            f"| {name} | {at['acts']} | {at['per_second']:.0f} | {at['median_ms']:.0f} ms | {at['p95_ms']:.0f} ms"
            f" | {at['slowest_ms']:.0f} ms | {at['lost']} |"
        )
    lines += [
        "",
        "| kill -9 in mid-write | times | acts told as done | of them lost | verify |",
        "|---|---:|---:|---:|---|",
    ]
    for name, one in found.items():
        at = one["killed"]
        lines.append(f"| {name} | {at['rounds']} | {at['told']} | {at['lost']} | {_holds(at)} |")
    lines += [
        "",
        "| backup while somebody writes | entries | taken and put back | verified in | verify |",
        "|---|---:|---:|---:|---|",
    ]
    for name, one in found.items():
        at = one["restored"]
        lines.append(
            f"| {name} | {at['entries']} | {at['taken_s']:.1f} s | {at['verify_s']:.1f} s | {_holds(at)} |"
        )
    return "\n".join(lines)


def _holds(found: Figures) -> str:
    return "holds" if found["holds"] else "DOES NOT HOLD"


def main() -> None:
    """Measure, print, and with --write put the table into docs/ledger.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--acts", type=int, default=25, help="Of each person.")
    parser.add_argument("--rounds", type=int, default=20, help="How often a writer is killed.")
    parser.add_argument("--write", action="store_true", help="Put the table into docs/ledger.md.")
    asked = parser.parse_args()
    found: dict[str, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        Path(folder).chmod(0o755)
        with databases(Path(folder)) as places:
            for name, (url, server) in places.items():
                made = open_ledger(url, Path(folder) / f"{name}.anchor")
                os.environ["INTEGRITY_LEDGER_ANCHOR"] = str(made.anchor)
                migration.upgrade(made)
                made.close()
                work = Path(folder) / f"work-{name}"
                work.mkdir()
                found[name] = {
                    "at_once": at_once(url, asked.people, asked.acts),
                    "killed": killed(url, asked.rounds),
                    "restored": restored(url, server, work),
                }
    text = table(found, asked.people)
    print(text)
    if asked.write:
        docs = DOCS.read_text(encoding="utf-8")
        before, rest = docs.split(BEGIN)
        DOCS.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
