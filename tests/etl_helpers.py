"""What the tests of the loader share: deliver files into an inbox, run, and look at what was published.

Runs are made in this process, for speed; `command` runs the real command line. A record is written as a dict, a file
as a list of them. A `Lab` goes without inbox and publishing: it checks and loads rows, one batch in milliseconds.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow
import pyarrow.parquet

from etl import extract, late_parents, records, telling
from etl import run as run_module
from etl.arrivals import Prepared, Step
from etl.batch import Arrival
from etl.building import Building, Report, define
from etl.console import as_json, exit_code
from etl.gather import Intake, Warehouse
from etl.load import Outcome
from etl.mapping import Source
from model import warehouse
from model.contract import TABLES
from model.subjects import SubjectKeys

Row = Mapping[str, object]
ROOT = Path(__file__).parent.parent

UNITS: list[Row] = [{"unit_id": "U1", "name": "武昌区局", "unit_type": "county_bureau"}]
STAFF: list[Row] = [
    {"staff_id": "P1", "unit_id": "U1", "role": "inspector"},
    {"staff_id": "P2", "unit_id": "U1", "role": "inspector"},
]
CELLS: list[Row] = [{"cell_id": "C1", "unit_id": "U1", "name": "首义路", "valid_from": "2020-01-01"}]
SHOPS: list[Row] = [{"retailer_id": "R1", "cell_id": "C1"}]
LICENCES: list[Row] = [{"licence_no": "420106100001", "retailer_id": "R1", "issuing_unit_id": "U1"}]
TICKETS: list[Row] = [
    {"ticket_no": "T1", "category": "report", "handling_unit_id": "U1", "received_at": "2026-01-05 09:00:00"}
]

PARENTS: dict[str, list[Row]] = {
    "org_unit": UNITS, "staff": STAFF, "market_cell": CELLS, "retailer": SHOPS, "licence": LICENCES,
    "complaint": TICKETS,
}  # fmt: skip
"""One lawful record of each table that others refer to."""

SEEDS: dict[str, Row] = {
    "org_unit": {"unit_id": "U9", "name": "某所", "unit_type": "management_office"},
    "staff": {"staff_id": "P9", "unit_id": "U1", "role": "inspector"},
    "staff_relation": {"staff_id": "P1", "retailer_id": "R1", "relation": "spouse", "declared_on": "2025-01-01"},
    "market_cell": {"cell_id": "C9", "unit_id": "U1", "name": "中南路", "valid_from": "2024-01-01"},
    "school": {"school_id": "S9", "valid_from": "2024-01-01"},
    "retailer": {"retailer_id": "R9", "cell_id": "C1"},
    "licence": {"licence_no": "420106100009", "retailer_id": "R1", "issuing_unit_id": "U1"},
    "licence_application": {
        "application_no": "A9", "unit_id": "U1", "application_type": "new", "submitted_at": "2026-01-05 09:00:00",
    },
    "inspection": {
        "inspection_no": "I9", "unit_id": "U1", "inspection_kind": "routine", "started_at": "2026-01-05 09:00:00",
    },
    "enforcement_case": {
        "case_no": "K9", "unit_id": "U1", "case_source": "inspection", "clue_at": "2026-01-05 09:00:00",
        "violation_code": "other",
    },
    "complaint": {
        "ticket_no": "T9", "category": "report", "handling_unit_id": "U1", "received_at": "2026-01-05 09:00:00",
    },
    "evaluation": {
        "evaluation_id": "E9", "evaluation_source": "qr_code", "unit_id": "U1", "rating": "satisfied",
        "rated_at": "2026-01-05 09:00:00",
    },
    "activity": {"activity_id": "X9", "activity_kind": "talk", "unit_id": "U1"},
    "checklist": {
        "item_id": "L9", "list_kind": "minor_power", "role": "inspector", "list_version": "2026",
    },
    "honour": {
        "honour_id": "H9", "unit_id": "U1", "title": "先进", "grantor": "省局", "honour_level": "provincial",
        "granted_on": "2025-05-01",
    },
    "warning": {
        "warning_id": "W9", "indicator_id": "L1", "rule_version": "1", "unit_id": "U1", "object_type": "unit",
        "warning_level": "blue", "raised_at": "2026-01-05 09:00:00", "state": "raised",
    },
    "scenario": {
        "scenario_id": "N9", "title": "一屏", "owner_department": "纪检组", "posted_on": "2026-01-05",
        "state": "building",
    },
    "supply_month": {
        "month": "2026-01", "unit_id": "U1", "supply_tier": "5", "rule_id": "G1", "rule_quantity": "10",
        "allocated_quantity": "10",
    },
    "vault_access": {
        "access_id": "V9", "reader_id": "P1", "ticket_no": "T1", "read_at": "2026-01-05 09:00:00", "is_allowed": "true",
    },
    "working_calendar": {"date": "2031-01-02", "is_working_day": "true"},
    "initiative": {
        "initiative_id": "J9", "title": "清廉干部", "framework": "six_integrity_units", "framework_element": "cadre",
        "unit_id": "U1", "state": "planning",
    },
    "oversight_task": {
        "task_id": "O9", "task_list": "three_lists", "responsible_party": "top_leader_supervision", "unit_id": "U1",
        "task": "监督", "due_on": "2026-06-30",
    },
}  # fmt: skip
"""One lawful record of every table, with its required columns only, beside PARENTS."""


def certificate(name: str, extent: str = "delta", zh: str = "试") -> str:
    """The birth certificate of a mapping that a test declares, as TOML; the test adds inputs and outputs."""
    return (
        f'[source]\nname = "{name}"\nname_zh = "{zh}"\nname_en = "{name}"\n'
        f'producer = "p"\nowner = "o"\nlicence = "l"\nextent = "{extent}"\n'
    )


@dataclass
class Result:
    """A run: its JSON, its exit code, and the snapshot that is current after it."""

    json: dict[str, Any]
    code: int
    directory: Path

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """Per table where the rows went."""
        return self.json["tables"]  # type: ignore[no-any-return]

    def file(self, name: str) -> dict[str, Any]:
        """What became of one file."""
        return next(item for item in self.json["files"] if item["path"] == name)

    def query(self, sql: str, surface: warehouse.Surface = "full") -> list[tuple[Any, ...]]:
        """Rows of the current snapshot."""
        snapshot = warehouse.open_snapshot(self.directory)
        with warehouse.connect(snapshot.path(surface), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        """The only value of a query."""
        ((value,),) = self.query(sql)
        return value

    def record(self, table: str, key: str) -> dict[str, Any]:
        """The current row whose first column is `key`."""
        snapshot = warehouse.open_snapshot(self.directory)
        with warehouse.connect(snapshot.path("full"), read_only=True) as connection:
            found = connection.execute(f'FROM record."{table}"')
            names = [item[0] for item in found.description or []]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return next(row for row in rows if str(row[names[0]]) == key)

    def quarantined(self, table: str) -> list[tuple[str, int, list[str], dict[str, Any]]]:
        """Rows kept out: file, row number, reasons and what was delivered."""
        rows = self.query(
            f"""SELECT file, row_number, reasons, "row" FROM quality.quarantine
            WHERE table_name = '{table}' ORDER BY ALL"""
        )
        return [(file, number, list(reasons), json.loads(row or "{}")) for file, number, reasons, row in rows]

    def reasons(self, table: str) -> list[str]:
        """All reasons for which rows of a table are kept out."""
        return sorted({reason for _, _, reasons, _ in self.quarantined(table) for reason in reasons})

    def cells(self, table: str) -> list[tuple[str, str | None, str]]:
        """Malformed values: column, value as it came (where it may be shown), and the rule."""
        return self.query(
            f"SELECT column_name, value, rule FROM quality.cell WHERE table_name = '{table}' ORDER BY ALL"
        )


def as_csv(rows: Iterable[Row], columns: Iterable[str] = ()) -> str:
    """A CSV text with a header; columns in order of appearance."""
    rows = list(rows)
    names = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    target = io.StringIO()
    writer = csv.DictWriter(target, names, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def deliver(
    place: Path, name: str, content: str | bytes | Iterable[Row], written: str = "2026-06-01 08:00:00"
) -> Path:
    """Put a file into the inbox as if it had been written at that time, so that it is complete."""
    path = place / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else as_csv(content), encoding="utf-8")
    at = datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(warehouse.TIME_ZONE)).timestamp()
    os.utime(path, (at, at))
    return path


def run(
    place: Path,
    files: Mapping[str, str | bytes | Iterable[Row]] | None = None,
    *,
    sources: Iterable[Source] = (),
    **more: Any,
) -> Result:
    """Deliver files (by name; `more` by table, as CSV) and run the loader over the inbox under `place`."""
    (place / "inbox").mkdir(parents=True, exist_ok=True)
    for name, content in {
        **(files or {}),
        **{f"{table}.csv": content for table, content in more.items()},
    }.items():
        deliver(place, name, content)
    target = Warehouse(place / "warehouse")
    report = run_module.run(place / "inbox", target, sources, lambda step, size: None)
    telling.files(report.files)
    result = Result(as_json(report, 0.0), exit_code(report), target.directory)
    assert_conserved(result)
    return result


def with_parents(place: Path, files: Mapping[str, Any] | None = None, **more: Any) -> Result:
    """Run with one lawful record of each referred-to table beside the files of the test."""
    parents = {f"{table}-0.csv": rows for table, rows in PARENTS.items()}
    return run(place, {**parents, **(files or {})}, **more)


def command(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m etl …` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "etl", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def assert_conserved(result: Result) -> None:
    """Every row that was read went exactly one way, in the report and in the snapshot."""
    for name, counts in result.tables.items():
        ways = ("loaded", "unchanged", "superseding", "quarantined", "merged")
        assert counts["read"] == sum(counts[way] for way in ways), f"{name}: {counts}"


ARRIVED_AT = datetime(2026, 6, 1, 8)
"""When the batches of a Lab arrive."""


@dataclass
class Judged:
    """What the check step made of one batch: its counts, and its findings by row number (the first is 1)."""

    outcome: Outcome
    batch_id: int
    lab: Lab
    table: str

    def reasons(self, row: int = 1) -> list[str]:
        """Why a row is kept out; empty where it is loaded."""
        found = self.lab.fetch(
            "SELECT reasons FROM snapshot.quality.quarantine WHERE batch_id = ? AND row_number = ?",
            [self.batch_id, row],
        )
        return [reason for (reasons,) in found for reason in reasons]

    def is_waiting(self, row: int = 1) -> bool:
        """Whether a kept-out row only waits for its parent."""
        query = "SELECT is_waiting FROM snapshot.quality.quarantine WHERE batch_id = ? AND row_number = ?"
        return self.lab.fetch(query, [self.batch_id, row]) == [(True,)]

    def kept(self, row: int = 1) -> dict[str, Any]:
        """What the quarantine holds of a row."""
        query = 'SELECT "row" FROM snapshot.quality.quarantine WHERE batch_id = ? AND row_number = ?'
        ((text,),) = self.lab.fetch(query, [self.batch_id, row])
        return {name: self.lab.plain(value) for name, value in json.loads(text).items()}

    def cells(self, row: int = 1) -> list[tuple[str, str | None, str]]:
        """The malformed values of a loaded row: column, text that came, rule."""
        return self.lab.fetch(
            "SELECT column_name, value, rule FROM snapshot.quality.cell WHERE batch_id = ? AND row_number = ?"
            " ORDER BY ALL",
            [self.batch_id, row],
        )

    def value(self, column: str, row: int = 1) -> Any:
        """A value of a row as it was loaded, whether it is current or superseded."""
        found = self.lab.fetch(
            f"""SELECT "{column}" FROM snapshot.record."{self.table}" WHERE batch_id = ? AND row_number = ?
            UNION ALL
            SELECT "{column}" FROM snapshot.record."{self.table}_revision" WHERE batch_id = ? AND row_number = ?""",
            [self.batch_id, row] * 2,
        )
        assert len(found) == 1, f"row {row} of {self.table} is loaded {len(found)} times: {self.reasons(row)}"
        return self.lab.plain(found[0][0])


class Lab:
    """A warehouse in memory into which rows are checked and loaded, without inbox and without publishing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = warehouse.connect()
        self.keys = SubjectKeys(folder)
        define(self.connection, bytes(32), self.keys)
        self.connection.execute("ATTACH ':memory:' AS snapshot")
        records.create_tables(self.connection, TABLES)
        self.building = Building(self.connection, folder, "lab", 1, None, 1, 1, self.keys)
        for table, rows in PARENTS.items():
            assert self.load(table, rows).outcome.loaded == len(rows)

    def load(
        self,
        table: str,
        rows: Iterable[Row],
        recorded: Iterable[str] | None = None,
        *,
        day: int | None = None,
        extent: str = "delta",
    ) -> Judged:
        """Check and load rows as one batch; `recorded` are the columns that it delivers (those of its rows).

        It speaks for a day of January 2026, or for the moment when it arrives.
        """
        batch_id, self.building.next_batch_id = self.building.next_batch_id, self.building.next_batch_id + 1
        path = self.folder / f"{batch_id}.csv"
        path.write_text(as_csv(rows, recorded or ()), encoding="utf-8")
        layout = extract.inspect(path, table)
        as_of = datetime(2026, 1, day) if day else ARRIVED_AT
        arrival = Arrival(
            batch_id, "lab", table, TABLES[table], path.name, "", as_of, ARRIVED_AT, extent, "primary",
            layout.columns,
        )  # fmt: skip

        def prepare() -> Prepared:
            relation = extract.relation(self.connection, path, layout, path)
            headers = {column: column for column in layout.columns}
            return Prepared(relation or repair(), headers, repair=repair)

        def repair() -> extract.Relation:
            with path.open("rb") as content:
                return extract.repaired(content, layout, path.with_suffix(".repaired.csv"), table)

        outcome = run_module.load_step(self.building, Step(arrival, Intake(path.name, "loaded"), prepare))
        self.building.keep(Report(), arrival, outcome)
        path.unlink()
        return Judged(outcome, batch_id, self, table)

    def judge(self, table: str, **values: object) -> Judged:
        """Load the seed record of a table with these values under a key of its own (unless they hold the key)."""
        return self.load(table, [fresh(table) | values])

    def release(self, table: str) -> int:
        """Load the waiting rows of a table whose parents have arrived; how many."""
        outcomes = late_parents.release(self.connection, TABLES[table], self.building.arrival_of, 1)
        return sum(outcome.released for outcome in outcomes.values())

    def heal(self, table: str) -> None:
        """Give back the references whose parents have arrived."""
        late_parents.heal(self.connection, TABLES[table], 1)

    def plain(self, value: Any) -> Any:
        """A value as its subject's key opens it."""
        return self.keys.open(value) if isinstance(value, str) else value

    def fetch(self, query: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of the warehouse in memory; its tables are snapshot.record.… and snapshot.quality.…"""
        return self.connection.execute(query, parameters or []).fetchall()


_NUMBERS = itertools.count(1)


def fresh(table: str) -> dict[str, object]:
    """The seed record of a table under a key that no other has."""
    number = next(_NUMBERS)
    seed = dict(SEEDS[table])
    first = next(iter(TABLES[table].primary_key.columns)).name
    if table == "working_calendar":
        return seed | {"date": date(2100, 1, 1) + timedelta(days=number)}
    if table == "supply_month":
        return seed | {"rule_id": f"G{number}"}
    if table == "staff_relation":
        return seed | {"relation": "other_relative"}
    return seed | {first: f"{seed[first]}-{number}"}


def as_workbook(
    rows: Iterable[Row], sheet: str = "Sheet1", formats: Mapping[str, str] | None = None
) -> bytes:
    """An XLSX with one sheet; cells keep their Python type. `formats` gives a column a number format."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(names)
    for row in rows:
        page.append([row.get(name) for name in names])
        for position, name in enumerate(names, start=1):
            if name in (formats or {}):
                page.cell(page.max_row, position).number_format = (formats or {})[name]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_parquet(rows: Iterable[Row]) -> bytes:
    """A Parquet file whose columns have the types of the values."""
    target = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in rows]), target)
    return target.getvalue()


def as_json_lines(rows: Iterable[Row]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
