"""A small bureau as feed files, runs of the loader in processes that can be killed, snapshots as comparable values."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etl import land, snapshots
from etl.gather import Warehouse
from model import warehouse
from model.subjects import MARK, SubjectKeys

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["etl.__main__", "tests.durability_helpers"])

LONG_AGO = 1_750_000_000
"""When the files of a test were last written (June 2025), so that no run waits for them to settle."""

VOLATILE = {"arrived_at", "snapshot_id", "modified_ns", "changed_ns", "published_at"}
"""What differs between two runs over the same files: times of arrival and ids of snapshots."""

UNITS = [("99", "", "示范省局", "provincial_bureau"), ("9901", "99", "示范市局", "municipal_bureau"),
         ("990101", "9901", "示范县局", "county_bureau"), ("990102", "9901", "示范区局", "county_bureau")]  # fmt: skip


# --- files ------------------------------------------------------------------------------------------------------------


def write(path: Path, text: str | bytes, at: int = LONG_AGO) -> Path:
    """A delivered file that was last written long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (at, at))
    return path


def as_csv(columns: str, rows: Iterable[Iterable[object]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows([columns.split(","), *rows])
    return target.getvalue()


INSPECTION = (
    "inspection_no,unit_id,retailer_id,inspection_kind,officer_ids,started_at,ended_at,issue_count,result"
)
COMPLAINT = "ticket_no,channel,category,handling_unit_id,received_at,due_at,closed_at"
LICENCE = "licence_no,retailer_id,scope,issued_on,expires_on,state,issuing_unit_id"
RETAILER = "retailer_id,shop_name,operator_name,phone,address,cell_id,state"


def inspection(number: int, shop: int, issues: int = 0, day: int = 0, unit: str = "990101") -> list[object]:
    month, date = 1 + (day or number) % 5, 1 + number % 28
    hours = f"2025-{month:02}-{date:02} 09:00:00", f"2025-{month:02}-{date:02} 09:30:00"
    officers = f"P{number % 9};P{(number + 1) % 9}"
    result = "ordered_to_correct" if issues else "no_issue"
    return [f"JC{number:06}", unit, f"R{shop:03}", "routine", officers, *hours, int(issues), result]


def complaint(number: int, day: int = 3, closed: str = "") -> list[object]:
    received = f"2025-0{1 + number % 5}-{day:02} 10:00:00"
    unit = "990101" if number % 3 else "990102"
    return [f"GD{number:05}", "hotline_12345", "complaint", unit, received, "2025-06-10 18:00:00", closed]


def retailer(number: int, state: str = "active", name: str = "杂货") -> list[object]:
    phone = f"138****{number:04}"
    return [f"R{number:03}", f"{name}{number}店", "王*", phone, f"示范路{number}号", f"C{number % 3}", state]


def licence(number: int) -> list[object]:
    return [
        f"99010110{number:04}",
        f"R{number:03}",
        "cigarette",
        "2024-04-22",
        "2029-04-20",
        "valid",
        "990101",
    ]


def bureau(inbox: Path) -> Path:
    """A bureau's first delivery. A row and a value are malformed, and the licences of shops not known yet wait."""
    write(inbox / "org_unit-2025-05-31.csv", as_csv("unit_id,parent_unit_id,name,unit_type", UNITS))
    staff = [(f"P{n}", "990101", f"李{n}*", "monopoly_officer") for n in range(9)]
    write(inbox / "staff-2025-05-31.csv", as_csv("staff_id,unit_id,name,role", staff))
    cells = [(f"C{n}", "990101", f"单元格{n}", "2020-01-01", 40) for n in range(3)]
    write(inbox / "market_cell-2025-05-31.csv", as_csv("cell_id,unit_id,name,valid_from,capacity", cells))
    write(inbox / "retailer-2025-05-31.csv", as_csv(RETAILER, [retailer(n) for n in range(60)]))
    visits = [inspection(n, n % 62, n % 7 == 0) for n in range(300)]
    visits.append([*inspection(900, 1)[:-2], "many", "no_issue"])
    write(inbox / "inspection-2025-05-31.csv", as_csv(INSPECTION, visits))
    licences = [licence(n) for n in range(62)]
    write(inbox / "licence-2025-05-31.csv", as_csv(LICENCE, licences))
    tickets = [complaint(n, closed="2025-06-01 09:00:00" if n % 4 else "") for n in range(40)]
    tickets.append([*complaint(99)[:2], "no such category", *complaint(99)[3:]])
    write(inbox / "complaint-2025-05-31.csv", as_csv(COMPLAINT, tickets))
    return inbox


def increment(inbox: Path) -> Path:
    """What comes next: new rows, rows that supersede, the shops that rows wait for, and a full extract of staff."""
    shops = [retailer(n, "closed" if n == 5 else "active", "烟酒") for n in (5, 60, 61, 62)]
    write(inbox / "retailer-2025-06-10.csv", as_csv(RETAILER, shops))
    visits = [inspection(n, n % 62, 3) for n in range(0, 40, 4)] + [inspection(n, 2) for n in range(300, 330)]
    write(inbox / "inspection-2025-06-10.csv", as_csv(INSPECTION, visits))
    tickets = [complaint(n, closed="2025-06-09 09:00:00") for n in (0, 4, 8)] + [
        complaint(n) for n in (50, 51)
    ]
    write(inbox / "complaint-2025-06-10.csv", as_csv(COMPLAINT, tickets))
    staff = [(f"P{n}", "990101", f"李{n}*", "monopoly_officer") for n in range(1, 9)]
    write(inbox / "staff-full-2025-06-10.csv", as_csv("staff_id,unit_id,name,role", staff))
    return inbox


# --- runs -------------------------------------------------------------------------------------------------------------


@dataclass
class Ran:
    """A run that has ended: its exit code (negative: killed), what it printed, and how long it took."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found


@dataclass
class Place:
    """A warehouse of a test with its inbox, landing and vault side by side."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        """Where files are delivered."""
        return self.root / "inbox"

    @property
    def warehouse(self) -> Warehouse:
        """The folders of the loader."""
        return Warehouse(self.root / "warehouse")

    def keyed(self) -> Place:
        """The same with a fixed hash key, so that two warehouses give the same pseudonyms."""
        vault = self.warehouse.vault
        vault.mkdir(parents=True, exist_ok=True)
        (vault / "hash.key").write_text("5a" * 32 + "\n")
        return self

    def start(self, *arguments: str, kill_before: int | None = None) -> Running:
        """A run in a process of its own; `kill_before`: it kills itself before that durable step."""
        said = self.root / f"said-{time.monotonic_ns()}"
        options = ["--warehouse", str(self.warehouse.directory)]
        options = [] if arguments[:1] == ("keys",) else options
        if not arguments or arguments[0] in ("run", "watch"):
            options += ["--inbox", str(self.inbox)]
        command = [*(arguments or ("run", "--json")), *options]
        process = PROCESSES.Process(target=_work, args=(command, str(said), self.environment, kill_before))
        process.start()
        return Running(process, said, time.monotonic())

    def run(self, *arguments: str, kill_before: int | None = None) -> Ran:
        """A run to its end."""
        return self.start(*arguments, kill_before=kill_before).wait()

    def current(self) -> str | None:
        """The id in CURRENT."""
        return warehouse.current_id(self.warehouse.directory)


@dataclass
class Running:
    """A run that is under way."""

    process: Any
    said: Path
    started: float

    def kill(self) -> Ran:
        """End it as a loss of power would."""
        self.process.kill()
        return self.wait()

    def wait(self, timeout: float = 120) -> Ran:
        """Its end."""
        self.process.join(timeout)
        assert self.process.exitcode is not None, "the run does not end"
        seconds = time.monotonic() - self.started
        out, err = (self.said.with_suffix(ending) for ending in (".out", ".err"))
        texts = [one.read_text(encoding="utf-8") if one.exists() else "" for one in (out, err)]
        for one in (out, err):
            one.unlink(missing_ok=True)
        return Ran(self.process.exitcode, texts[0], texts[1], seconds)


def _work(command: list[str], said: str, environment: Mapping[str, str], kill_before: int | None) -> None:
    """What the process of a run does: the command line's own entry, with its output in files."""
    from etl import __main__ as loader

    os.environ.update(environment)
    for descriptor, ending in ((1, ".out"), (2, ".err")):
        target = os.open(said + ending, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, descriptor)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
    if kill_before is not None:
        _kill_before(kill_before)
    try:
        loader.run(command)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _kill_before(number: int) -> None:
    """Let the process kill itself before its n-th step that makes something durable or gives it a name."""
    left = [number]

    def guarded(step: Any) -> Any:
        def instead(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*arguments, **named)

        return instead

    os.fsync = guarded(os.fsync)  # type: ignore[assignment]
    os.rename = guarded(os.rename)  # type: ignore[assignment]
    os.replace = guarded(os.replace)  # type: ignore[assignment]


# --- what there is afterwards -----------------------------------------------------------------------------------------

Content = dict[str, list[tuple[Any, ...]]]


def content(place: Place, surfaces: Iterable[str] = warehouse.SURFACES) -> Content:
    """Every table and view of the current snapshot as sorted rows, without times of arrival and snapshot ids."""
    snapshot = warehouse.open_snapshot(place.warehouse.directory)
    found: Content = {}
    keys = SubjectKeys(place.warehouse.vault)
    for surface in surfaces:
        with warehouse.connect(snapshot.path(surface), read_only=True) as connection:
            for schema, table in tables(connection):
                found[f"{surface}.{schema}.{table}"] = opened(rows(connection, schema, table), keys)
    return found


def opened(found: list[tuple[Any, ...]], keys: SubjectKeys) -> list[tuple[Any, ...]]:
    """Rows with what is sealed for persons opened: each installation has keys of its own."""
    if not any(isinstance(value, str) and value.startswith(MARK) for row in found for value in row):
        return found
    plain = [tuple(keys.open(one) if isinstance(one, str) else one for one in row) for row in found]
    return sorted(plain, key=repr)


def tables(connection: warehouse.Connection) -> list[tuple[str, str]]:
    """Every table and view of the open file."""
    query = "SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL"
    return [(schema, name) for schema, name in connection.execute(query).fetchall()]


def rows(connection: warehouse.Connection, schema: str, table: str) -> list[tuple[Any, ...]]:
    """A table's rows, sorted; the calendar's as-of is the moment of its first loading."""
    described = connection.execute(f'DESCRIBE "{schema}"."{table}"').fetchall()
    chosen = []
    for name in (str(row[0]) for row in described):
        if name in VOLATILE:
            continue
        is_calendar = name == "as_of" and "source" in [str(row[0]) for row in described]
        chosen.append(
            f"CASE WHEN source <> 'chinesecalendar' THEN {name} END" if is_calendar else f'"{name}"'
        )
    return connection.execute(f'SELECT {", ".join(chosen)} FROM "{schema}"."{table}" ORDER BY ALL').fetchall()


def assert_same(found: Content, expected: Content) -> None:
    """The same tables with the same rows; the message names the first that differs."""
    assert sorted(found) == sorted(expected)
    for name in expected:
        assert found[name] == expected[name], name


def assert_sound(place: Place) -> str | None:
    """CURRENT opens or is not there, nothing is half published, nothing unfinished counts; the current id."""
    current = place.current()
    for snapshot_id in snapshots.on_disk(place.warehouse):
        snapshot = warehouse.open_snapshot(place.warehouse.directory, snapshot_id)
        assert not snapshots.damaged(place.warehouse, snapshot_id, snapshot.manifest)
    if current:
        snapshot = warehouse.open_snapshot(place.warehouse.directory)
        for surface in warehouse.SURFACES:
            with warehouse.connect(snapshot.path(surface), read_only=True) as connection:
                for schema, table in tables(connection):
                    connection.execute(f'SELECT count(*) FROM "{schema}"."{table}"')
    for path in place.warehouse.landing.glob("??/*"):
        if path.name.endswith(land.REWRITTEN):
            said = land.read_certificate(place.warehouse.landing, path.name.split(".")[0])
            assert said is None or land.sha256_of(path) == said["stored_sha256"]
        elif path.suffix not in (".json", ".sealed") and not path.name.startswith("."):
            assert land.sha256_of(path) == path.name.split(".")[0], "the landing holds an unfinished file"
    return current


def leftovers(place: Place) -> list[str]:
    """What a finished run should not leave behind."""
    found = [*place.warehouse.directory.rglob(".*"), *place.warehouse.landing.rglob(".*")]
    found += [*place.warehouse.vault.rglob(".*"), *place.warehouse.directory.rglob("*.wal")]
    return [
        str(path.relative_to(place.root))
        for path in found
        if path.name != ".lock" and not (path.is_dir() and not any(path.iterdir()))
    ]


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """A file system of this size at `folder`; skips where it may not be mounted."""
    import subprocess

    import pytest

    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True
    )
    if made.returncode:
        pytest.skip("a small file system can be mounted by root only")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def query(place: Place, statement: str) -> list[tuple[object, ...]]:
    """Rows of the current snapshot."""
    path = warehouse.open_snapshot(place.warehouse.directory).path("full")
    with warehouse.connect(path, read_only=True) as connection:
        return connection.execute(statement).fetchall()


def loaded_bureau(root: Path) -> Place:
    """A bureau's first load, undisturbed."""
    place = Place(root).keyed()
    bureau(place.inbox)
    assert place.run().code == 0
    return place


def copy_of(other: Place, root: Path) -> Place:
    """A warehouse like another, with its inbox, landing and vault."""
    shutil.copytree(other.root, root, dirs_exist_ok=True)
    return Place(root)
