"""Databases as sources, against a real PostgreSQL and against SQLite: what is new comes, once, and whole."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from etl_helpers import certificate
from postgresql_server import Server, binaries
from sqlalchemy import make_url

from etl import database, mapping, remote_table, run, snapshots, verify
from etl.building import Report
from etl.console import exit_code
from etl.gather import Warehouse
from etl.inbox import RefusedError
from model import warehouse

ROOT = Path(__file__).parents[1]
VARIABLE = "COUNTY_URL"
UNITS, TICKETS = "database:county/units", "database:county/tickets"
needs_server = pytest.mark.skipif(
    binaries() is None, reason="no PostgreSQL server is installed (package postgresql)"
)

UNIT_OUTPUT = """
[[outputs]]
table = "org_unit"
input = "units"
[outputs.columns]
unit_id = "code"
name = "title"
unit_type = { constant = "county_bureau" }
"""
TICKET_OUTPUT = """
[[outputs]]
table = "complaint"
input = "tickets"
[outputs.columns]
ticket_no = "no"
category = "category"
handling_unit_id = "unit"
received_at = "received"
finding = "finding"
"""
INSPECTION_OUTPUT = """
[[outputs]]
table = "inspection"
input = "checks"
[outputs.columns]
inspection_no = "no"
unit_id = "unit"
inspection_kind = { constant = "routine" }
started_at = "started"
drawn_on = "drawn"
is_signed = "signed"
item_codes = "items"
issue_count = "issues"
longitude = "longitude"
reassignment_reason = "remark"
"""
SCHEMA = (
    "DROP SCHEMA IF EXISTS office CASCADE",
    "CREATE SCHEMA office",
    "CREATE TABLE office.units (code text PRIMARY KEY, title text NOT NULL)",
    "INSERT INTO office.units VALUES ('U1', '武昌区局'), ('U2', '洪山区局')",
    "CREATE TABLE office.tickets (no text PRIMARY KEY, category text, unit text, received timestamp,"
    " finding text, changed_at timestamptz)",
)


def ticket(number: str, changed: str | None, finding: str | None = None) -> str:
    """The statement that writes a ticket, or writes it anew."""
    values = ", ".join("NULL" if item is None else f"'{item}'" for item in (finding, changed))
    return (
        f"INSERT INTO office.tickets VALUES ('{number}', 'report', 'U1', '2026-01-05 09:00', {values})"
        " ON CONFLICT (no) DO UPDATE SET finding = excluded.finding, changed_at = excluded.changed_at"
    )


@dataclass
class Bureau:
    """An inbox, a warehouse and the mappings of one test."""

    folder: Path
    sources: list[mapping.Source] = field(default_factory=list)

    @property
    def place(self) -> Warehouse:
        return Warehouse(self.folder / "data" / "warehouse")

    @property
    def inbox(self) -> Path:
        found = self.folder / "inbox"
        found.mkdir(exist_ok=True)
        return found

    def declare(self, text: str, name: str = "county", extent: str = "delta") -> Path:
        path = self.folder / f"{name}.toml"
        path.write_text(certificate(name, extent) + text, encoding="utf-8")
        self.sources = [item for item in self.sources if item.name != name] + [mapping.load(path)]
        return path

    def tickets(
        self,
        extent: str = "delta",
        cursor_line: str = 'cursor = "changed_at"',
        table: str = "office.tickets",
    ) -> Path:
        """The usual mapping: units read whole each time, tickets by their time of change."""
        return self.declare(
            f"[inputs.units.database]\nurl_variable = '{VARIABLE}'\ntable = 'office.units'\n"
            f"[inputs.tickets.database]\nurl_variable = '{VARIABLE}'\ntable = '{table}'\n{cursor_line}\n"
            + UNIT_OUTPUT
            + TICKET_OUTPUT,
            extent=extent,
        )

    def run(self) -> Report:
        return run.run(self.inbox, self.place, self.sources, lambda step, size: None)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        found = snapshots.current_id(self.place)
        assert found
        path = self.place.directory / found / "full.duckdb"
        with warehouse.connect(path, read_only=True) as connection:
            return connection.execute(statement).fetchall()

    def ticket_numbers(self) -> list[str]:
        return [row[0] for row in self.query("SELECT ticket_no FROM record.complaint ORDER BY 1")]

    def file(self, name: str) -> dict[str, Any]:
        """The last row that is kept of a file."""
        columns = "status, error, row_count, as_of, cursor_value, sha256"
        rows = self.query(
            f"SELECT {columns} FROM quality.file WHERE file = '{name}' ORDER BY snapshot_id DESC"
        )
        return dict(zip(columns.split(", "), rows[0], strict=True))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    programs = binaries()
    assert programs
    made = Server(programs)
    try:
        made.create()
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture
def bureau(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    server.execute(*SCHEMA)
    monkeypatch.setenv(VARIABLE, server.url())
    return Bureau(tmp_path)


def fates(report: Report) -> dict[str, str]:
    return {item.name: item.status for item in report.files}


def errors(report: Report) -> dict[str, str]:
    return {item.name: str(item.error) for item in report.refused}


# --- what is new ------------------------------------------------------------------------------------------------------


@needs_server
def test_first_load_takes_everything_and_keeps_the_cursor(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05 01:00:00+00"), ticket("T2", "2026-01-06 01:00:00.25+00"))
    bureau.tickets()
    report = bureau.run()
    assert report.published
    assert exit_code(report) == 0
    assert fates(report) == {UNITS: "loaded", TICKETS: "loaded"}
    assert bureau.ticket_numbers() == ["T1", "T2"]
    kept = bureau.file(TICKETS)
    assert kept["cursor_value"].endswith(":changed_at=2026-01-06 09:00:00.250000+08:00")
    assert kept["as_of"] == datetime(2026, 1, 6, 9)
    assert kept["row_count"] == 2
    assert bureau.file(UNITS)["cursor_value"] is None


@needs_server
def test_an_extract_is_landed_as_parquet_under_its_hash_with_a_certificate(
    bureau: Bureau, server: Server
) -> None:
    server.execute(ticket("T1", "2026-01-05 01:00:00+00"))
    bureau.tickets()
    bureau.run()
    sha256 = bureau.file(TICKETS)["sha256"]
    path = bureau.place.landing / sha256[:2] / f"{sha256}.parquet"
    certificate = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (certificate["name"], certificate["rows"]) == (TICKETS, 1)
    with warehouse.connect() as connection:
        [row] = connection.execute("FROM read_parquet(?)", [str(path)]).fetchall()
        codecs = connection.execute(
            "SELECT DISTINCT compression FROM parquet_metadata(?)", [str(path)]
        ).fetchall()
    assert set(row) == {
        "T1",
        "report",
        "U1",
        "2026-01-05 09:00:00",
        None,
    }  # the time of change in Beijing too
    assert codecs == [("ZSTD",)]
    assert not list(bureau.place.landing.glob(".incoming/*"))
    assert verify.problems(bureau.place) == []


@needs_server
def test_an_increment_takes_only_what_is_new(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05"), ticket("T2", "2026-01-06"))
    bureau.tickets()
    bureau.run()
    server.execute(ticket("T3", "2026-01-07"))
    report = bureau.run()
    assert fates(report) == {TICKETS: "loaded"}
    outcome = report.tables["complaint"]
    assert (outcome.read, outcome.loaded, outcome.unchanged) == (2, 1, 1)
    assert bureau.ticket_numbers() == ["T1", "T2", "T3"]


@needs_server
def test_nothing_new_publishes_nothing(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05"))
    bureau.tickets()
    first = bureau.run()
    again = bureau.run()
    assert (again.published, again.files, again.snapshot) == (False, [], first.snapshot)


@needs_server
def test_an_empty_table_is_nothing_new(bureau: Bureau) -> None:
    bureau.tickets()
    assert fates(bureau.run()) == {UNITS: "loaded"}


@needs_server
def test_a_late_row_with_the_same_cursor_is_not_lost(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05"), ticket("T2", "2026-01-06"))
    bureau.tickets()
    bureau.run()
    server.execute(ticket("T3", "2026-01-06"))
    bureau.run()
    assert bureau.ticket_numbers() == ["T1", "T2", "T3"]
    assert not bureau.run().published


@needs_server
def test_a_row_of_a_long_transaction_is_not_lost(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05 08:00+08"), "CREATE TABLE office.other ()")
    bureau.tickets()
    with server.connect() as slow, slow.transaction():
        slow.execute(ticket("T2", "2026-01-05 07:55+08"))  # type: ignore[arg-type]
        bureau.run()
        assert bureau.ticket_numbers() == ["T1"]
    bureau.run()
    assert bureau.ticket_numbers() == ["T1", "T2"]


@needs_server
def test_rows_without_a_cursor_value_are_read_each_time(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05"), ticket("T2", None))
    bureau.tickets()
    bureau.run()
    assert bureau.ticket_numbers() == ["T1", "T2"]
    server.execute(ticket("T3", None))
    bureau.run()
    assert bureau.ticket_numbers() == ["T1", "T2", "T3"]
    assert not bureau.run().published


@needs_server
def test_a_changed_row_becomes_a_revision(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05"), ticket("T2", "2026-01-06"))
    bureau.tickets()
    bureau.run()
    server.execute(ticket("T1", "2026-02-01", "substantiated"))
    assert bureau.run().tables["complaint"].superseding == 1
    assert bureau.query("SELECT finding FROM record.complaint WHERE ticket_no = 'T1'") == [("substantiated",)]
    assert bureau.query("SELECT ticket_no, finding, changed_columns FROM record.complaint_revision") == [
        ("T1", None, ["finding"])
    ]


@needs_server
@pytest.mark.parametrize("cursor_line", ["", 'cursor = "changed_at"'])
def test_a_row_that_a_full_extract_no_longer_holds_has_disappeared(
    bureau: Bureau, server: Server, cursor_line: str
) -> None:
    server.execute(ticket("T1", "2026-01-05"), ticket("T2", "2026-01-06"))
    bureau.tickets("full", cursor_line)
    bureau.run()
    first = bureau.file(TICKETS)["sha256"]
    server.execute("DELETE FROM office.tickets WHERE no = 'T2'")
    assert fates(bureau.run()) == {TICKETS: "loaded"}
    gone = "SELECT table_name, record_key, returned_batch_id IS NULL FROM quality.disappeared"
    assert bureau.query(gone) == [("complaint", "T2", True)]
    assert not bureau.run().published
    server.execute(ticket("T2", "2026-01-06"))
    bureau.run()
    assert bureau.file(TICKETS)["sha256"] == first, "the very bytes of the first extract are news again"
    assert bureau.query(gone) == [("complaint", "T2", False)]


@needs_server
def test_after_a_rollback_the_older_cursor_counts_again(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05"))
    bureau.tickets()
    bureau.run()
    server.execute(ticket("T2", "2026-01-06"))
    bureau.run()
    snapshots.rollback(bureau.place)
    assert bureau.ticket_numbers() == ["T1"]
    bureau.run()
    assert bureau.ticket_numbers() == ["T1", "T2"]
    assert bureau.file(TICKETS)["cursor_value"].endswith(":changed_at=2026-01-06 08:00:00+08:00")


@needs_server
def test_a_mapping_that_asks_for_more_columns_reads_everything_anew(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05"), ticket("T2", "2026-01-06"))
    path = bureau.tickets()
    bureau.run()
    server.execute(
        "ALTER TABLE office.tickets ADD channel text", "UPDATE office.tickets SET channel = 'letter'"
    )
    text = path.read_text(encoding="utf-8").split("\n\n[inputs", 1)[0]
    bureau.declare(text[text.index("[inputs") :] + 'channel = "channel"\n')
    assert bureau.run().tables["complaint"].superseding == 2


@needs_server
def test_a_mapping_that_turns_to_another_table_reads_all_of_it(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T2", "2026-01-06"))
    bureau.tickets()
    bureau.run()
    server.execute("CREATE TABLE office.archive (LIKE office.tickets INCLUDING ALL)")
    server.execute(ticket("T1", "2026-01-05").replace("office.tickets", "office.archive"))
    bureau.tickets(table="office.archive")
    bureau.run()
    assert bureau.ticket_numbers() == ["T1", "T2"]


@needs_server
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", ("9", "10", "11")),
        ("numeric", ("9.5", "10.25", "10.5")),
        ("date", ("2026-01-05", "2026-01-06", "2026-01-07")),
        ("timestamp", ("2026-01-05 10:00", "2026-01-06 10:00", "2026-01-07 10:00")),
        ("text", ("a", "b", "c")),
    ],
)
def test_cursors_of_many_kinds(bureau: Bureau, server: Server, kind: str, values: tuple[str, ...]) -> None:
    server.execute(f"ALTER TABLE office.tickets DROP changed_at, ADD changed_at {kind}")
    server.execute(ticket("T1", values[0]), ticket("T2", values[1]))
    bureau.tickets()
    bureau.run()
    assert not bureau.run().published
    server.execute(ticket("T3", values[2]))
    outcome = bureau.run().tables["complaint"]
    assert (outcome.read, outcome.loaded, outcome.unchanged) == (2, 1, 1)


@needs_server
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("timestamptz", ("2026-01-05", "9999-12-31", "2026-01-07")),
        ("timestamp", ("2026-01-05", "2099-01-06", "2026-01-07")),
        ("date", ("2026-01-05", "2099-01-06", "2026-01-07")),
        ("text", ("2026-01-05", "2099-01-06", "2026-01-07")),
        ("numeric", ("5", "NaN", "7")),
        ("float", ("5", "NaN", "7")),
    ],
)
def test_a_cursor_value_that_none_can_have_reached_hides_no_later_rows(
    bureau: Bureau, server: Server, kind: str, values: tuple[str, ...]
) -> None:
    server.execute(f"ALTER TABLE office.tickets DROP changed_at, ADD changed_at {kind}")
    server.execute(ticket("T1", values[0]), ticket("T2", values[1]))
    bureau.tickets()
    bureau.run()
    assert values[0] in bureau.file(TICKETS)["cursor_value"]
    assert bureau.file(TICKETS)["as_of"] < datetime(2099, 1, 1)
    assert not bureau.run().published
    server.execute(ticket("T3", values[2]))
    bureau.run()
    assert bureau.ticket_numbers() == ["T1", "T2", "T3"]


# --- records that need more than one row ------------------------------------------------------------------------------


@needs_server
def test_grouped_rows_are_read_whole(bureau: Bureau, server: Server) -> None:
    """An increment would hold only the item that was added, and the record would lose the other."""
    server.execute(
        "CREATE TABLE office.checks (no text, item text, changed_at timestamptz)",
        "INSERT INTO office.checks VALUES ('C1', 'licence', '2026-01-05'), ('C2', 'licence', '2026-01-06')",
    )
    bureau.declare(
        f"[inputs.units.database]\nurl_variable = '{VARIABLE}'\ntable = 'office.units'\n"
        f"[inputs.checks.database]\nurl_variable = '{VARIABLE}'\ntable = 'office.checks'\ncursor = 'changed_at'\n"
        + UNIT_OUTPUT
        + """
[[outputs]]
table = "inspection"
input = "checks"
group_by = "inspection_no"
[outputs.columns]
inspection_no = "no"
unit_id = { constant = "U1" }
inspection_kind = { constant = "routine" }
item_codes = { column = "item", collect = true }
"""
    )
    bureau.run()
    server.execute("INSERT INTO office.checks VALUES ('C1', 'display', '2026-01-07')")
    bureau.run()
    found = bureau.query("SELECT inspection_no, item_codes FROM record.inspection ORDER BY 1")
    assert found == [("C1", ["display", "licence"]), ("C2", ["licence"])]


@needs_server
def test_tables_that_enrich_one_another_come_together(bureau: Bureau, server: Server) -> None:
    server.execute(
        "CREATE TABLE office.findings (no text, finding text)",
        "INSERT INTO office.findings VALUES ('T1', 'substantiated')",
        ticket("T1", "2026-01-05"),
    )
    bureau.declare(
        f"[inputs.units.database]\nurl_variable = '{VARIABLE}'\ntable = 'office.units'\n"
        f"[inputs.tickets.database]\nurl_variable = '{VARIABLE}'\ntable = 'office.tickets'\ncursor = 'changed_at'\n"
        f"[inputs.findings.database]\nurl_variable = '{VARIABLE}'\ntable = 'office.findings'\n"
        + UNIT_OUTPUT
        + TICKET_OUTPUT.replace('finding = "finding"\n', "")
        + """
[[outputs]]
table = "complaint"
input = "findings"
role = "enrichment"
match = "ticket_no"
[outputs.columns]
ticket_no = "no"
finding = "finding"
"""
    )
    bureau.run()
    server.execute(ticket("T2", "2026-01-06"))
    bureau.run()
    found = bureau.query("SELECT ticket_no, finding FROM record.complaint ORDER BY 1")
    assert found == [("T1", "substantiated"), ("T2", None)]
    assert not bureau.run().published
    server.execute("DROP TABLE office.findings", ticket("T3", "2026-01-07"))
    refused = errors(bureau.run())
    assert "there is no table or view office.findings" in refused["database:county/findings"]
    assert refused[TICKETS] == "database:county/findings could not be read, and belongs to this table"
    assert bureau.ticket_numbers() == ["T1", "T2"]


# --- types ------------------------------------------------------------------------------------------------------------


@needs_server
def test_values_of_all_types_arrive_as_they_were(bureau: Bureau, server: Server) -> None:
    server.execute(
        "CREATE TABLE office.checks (no integer PRIMARY KEY, unit char(4), started timestamptz, drawn date,"
        " signed boolean, items text[], issues numeric(20, 0), longitude numeric(12, 8), remark text)",
        "INSERT INTO office.checks VALUES (1, 'U1', '2026-01-04 17:30:00+00', '2026-01-03', true,"
        " ARRAY['licence', 'display', NULL], 3, 114.30553210, '临时公务;''\"'),"
        " (2, 'U1', '2026-01-04', 'infinity', false, '{}', NULL, -0.00000001, ''),"
        " (3, 'U2', '2026-01-04', NULL, NULL, NULL, 9007199254740993, NULL, NULL),"
        " (4, 'U2', 'infinity', NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    bureau.declare(
        f"[inputs.units.database]\nurl_variable = '{VARIABLE}'\ntable = 'office.units'\n"
        f"[inputs.checks.database]\nurl_variable = '{VARIABLE}'\ntable = 'office.checks'\n"
        + UNIT_OUTPUT
        + INSPECTION_OUTPUT
    )
    report = bureau.run()
    columns = (
        "started_at, drawn_on, is_signed, item_codes, issue_count, longitude::VARCHAR, reassignment_reason"
    )
    found = bureau.query(f"SELECT inspection_no, {columns} FROM record.inspection ORDER BY 1")
    assert found[0] == (
        "1", datetime(2026, 1, 5, 1, 30), date(2026, 1, 3), True, ["licence", "display"], 3,
        found[0][6], "临时公务;'\"",
    )  # fmt: skip
    assert Decimal(found[0][6]) == Decimal("114.3055321")
    assert found[1][:6] == ("2", datetime(2026, 1, 4, 8), None, False, None, None)
    assert Decimal(found[1][6]) == Decimal("-0.00000001")
    assert found[2] == ("3", datetime(2026, 1, 4, 8), None, None, None, 9007199254740993, None, None)
    assert sum(report.cells["inspection"].values()) == 1, (
        "infinity is no day: null in the record, and reported"
    )
    assert report.reasons["inspection"]["started_at: type timestamp"] == 1, (
        "where it is required, the row is kept out"
    )


@needs_server
def test_binary_columns_are_refused(bureau: Bureau, server: Server) -> None:
    server.execute(
        "ALTER TABLE office.units ALTER title TYPE bytea USING title::bytea", ticket("T1", "2026-01-05")
    )
    bureau.tickets()
    report = bureau.run()
    assert errors(report) == {
        UNITS: "column title: is binary; expected text, numbers, dates or lists of them"
    }
    assert fates(report)[TICKETS] == "loaded"


MOMENT = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (12, "12"),
        (0.1, "0.1"),
        (430701100001.0, "430701100001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (date(2026, 1, 5), "2026-01-05"),
        (MOMENT, "2026-01-05 09:02:03"),
        (MOMENT.astimezone(timezone(timedelta(hours=-5))), "2026-01-05 09:02:03"),
        (datetime(2026, 1, 5, 1, 2, 3, 4), "2026-01-05 01:02:03.000004"),
        ({"名": "值"}, '{"名": "值"}'),
        (["a", None, Decimal("2.50")], "a;2.50"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_text_form_of_values(value: Any, text: str) -> None:
    assert remote_table.as_text(value) == text


def test_values_without_a_text_form_are_refused_by_column() -> None:
    with pytest.raises(RefusedError, match="column photo: holds binary data"):
        list(remote_table.as_texts("photo", [None, "a", b"\x00"]))
    with pytest.raises(RefusedError, match="column odd: holds values of type range"):
        list(remote_table.as_texts("odd", [range(3)]))


# --- faults -----------------------------------------------------------------------------------------------------------


@needs_server
def test_an_unreachable_database_is_refused_and_files_go_on(bureau: Bureau, server: Server) -> None:
    bureau.tickets()
    (bureau.inbox / "org_unit.csv").write_text("unit_id,name,unit_type\nU9,市局,municipal_bureau\n", "utf-8")
    server.stop()
    try:
        report = bureau.run()
    finally:
        server.start()
    assert exit_code(report) == 3
    assert fates(report) == {"org_unit.csv": "loaded", UNITS: "refused", TICKETS: "refused"}
    assert f"127.0.0.1:{server.port}" in errors(report)[UNITS]
    assert "onnection" in errors(report)[UNITS]
    assert server.password not in str(report.files)
    assert not bureau.query("SELECT * FROM record.complaint")


@needs_server
def test_a_server_that_stops_while_it_is_read(
    bureau: Bureau, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.execute(
        "INSERT INTO office.tickets SELECT 'T' || n, 'report', 'U1', '2026-01-05', NULL,"
        " timestamptz '2026-01-05' + n * interval '1 second' FROM generate_series(1, 50000) n"
    )
    monkeypatch.setattr(remote_table, "BATCH_ROWS", 100)
    bureau.tickets()
    whole, seen = remote_table.as_texts, []

    def stopping(column: str, values: Any) -> Iterator[str | None]:
        seen.append(column)
        if seen.count("finding") == 3:
            server.stop()
        yield from whole(column, values)

    monkeypatch.setattr(remote_table, "as_texts", stopping)
    try:
        report = bureau.run()
    finally:
        server.start()
    monkeypatch.undo()
    assert fates(report) == {UNITS: "loaded", TICKETS: "refused"}
    assert not list(bureau.place.landing.glob(".incoming/*"))
    monkeypatch.setenv(VARIABLE, server.url())
    assert bureau.run().tables["complaint"].loaded == 50_000


@needs_server
def test_a_wrong_password_is_never_shown(bureau: Bureau, server: Server) -> None:
    path = bureau.tickets()
    secret = "Geheim-and-wrong/1"
    url = server.url(password="Geheim-and-wrong%2F1") + f"?application_name={secret}"
    arguments = [
        "run",
        "--inbox",
        bureau.inbox,
        "--warehouse",
        bureau.place.directory,
        "--source",
        path,
        "--json",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "etl", "-v", *map(str, arguments)],
        cwd=ROOT, env=os.environ | {VARIABLE: url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    [units, tickets] = json.loads(done.stdout)["files"]
    assert units["status"] == tickets["status"] == "refused"
    assert "owner:***@127.0.0.1" in units["error"]
    assert "password authentication failed" in units["error"]
    for text in (done.stdout, done.stderr, *_all_text(bureau.place)):
        assert secret not in text
        assert "wrong%2F1" not in text


def _all_text(place: Warehouse) -> Iterator[str]:
    for path in place.directory.parent.rglob("*"):
        if path.is_file():
            yield path.read_bytes().decode("latin-1")


def test_secrets_are_struck_from_what_a_driver_says() -> None:
    url = make_url("postgresql://u:p%2Fw@host/db?sslpassword=hidden")
    with pytest.raises(RefusedError) as caught, remote_table.explained(url):
        raise ImportError("no driver for u p/w p%2Fw hidden")
    assert str(caught.value) == "postgresql://u:***@host/db: no driver for u *** *** ***"


@needs_server
def test_missing_tables_columns_and_rights_are_refused_one_by_one(bureau: Bureau, server: Server) -> None:
    server.execute(ticket("T1", "2026-01-05"), "ALTER TABLE office.tickets DROP received")
    bureau.tickets()
    report = bureau.run()
    assert fates(report) == {UNITS: "loaded", TICKETS: "refused"}
    assert (
        "table office.tickets: columns that the mapping needs are missing: received"
        in errors(report)[TICKETS]
    )
    server.execute("DROP TABLE office.tickets")
    assert "there is no table or view office.tickets" in errors(bureau.run())[TICKETS]
    server.execute(
        *SCHEMA[4:],
        "DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN PASSWORD 'r'", "GRANT USAGE ON SCHEMA office TO reader",
        "GRANT SELECT ON office.units TO reader", "INSERT INTO office.units VALUES ('U3', '新洲区局')",
    )  # fmt: skip
    os.environ[VARIABLE] = server.url("reader", "r")
    report = bureau.run()
    assert fates(report) == {UNITS: "loaded", TICKETS: "refused"}
    assert "permission denied for table tickets" in errors(report)[TICKETS]


@needs_server
def test_the_source_is_read_in_a_transaction_that_cannot_write(server: Server) -> None:
    url = make_url(server.url())
    with remote_table.session(url) as connection:
        for setting, expected in (
            ("transaction_read_only", "on"),
            ("transaction_isolation", "repeatable read"),
            ("lock_timeout", "30s"),
        ):
            assert connection.exec_driver_sql(f"SHOW {setting}").scalar() == expected
    with (
        pytest.raises(RefusedError, match="read-only"),
        remote_table.explained(url),
        remote_table.session(url) as connection,
    ):
        connection.exec_driver_sql("CREATE TABLE spoilt ()")


@needs_server
def test_a_refusal_is_told_once_and_over_when_the_database_is_back(
    bureau: Bureau, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.execute(ticket("T1", "2026-01-05"))
    bureau.tickets()
    monkeypatch.delenv(VARIABLE)
    first = bureau.run()
    assert first.published
    assert errors(first)[UNITS] == f"the variable {VARIABLE} of the environment is not set"
    again = bureau.run()
    assert (again.published, exit_code(again)) == (False, 0)
    monkeypatch.setenv(VARIABLE, server.url())
    assert fates(bureau.run()) == {UNITS: "loaded", TICKETS: "loaded"}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("no address", f"{VARIABLE} holds no database address"),
        ("postgresql://u:pass@word:x/d", f"{VARIABLE} holds no database address"),
        ("postgresql://u:pass@word@h/d", f"{VARIABLE} holds no database address; in a password, @ : / %"),
        ("postgresql://u:pass@wo/rd@h/d", f"{VARIABLE} holds no database address; in a password, @ : / %"),
        ("nosuch://u:secret@h/d", "nosuch://u:***@h/d: Can't load plugin: sqlalchemy.dialects:nosuch"),
        ("sqlite:////nowhere/there.db", "sqlite:////nowhere/there.db: there is no such file"),
    ],
)
def test_unusable_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, reason: str) -> None:
    bureau = Bureau(tmp_path)
    bureau.tickets()
    monkeypatch.setenv(VARIABLE, url)
    found = list(database.gather(bureau.place, bureau.sources, {}, {}))
    assert [item.status for item in found] == ["refused", "refused"]
    assert str(found[0].error).startswith(reason)


def test_whistleblower_data_is_not_read_from_databases(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path)
    path = tmp_path / "tips.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE tips (no, reporter_name, phone, category, unit, received)")
    where = f"[inputs.tickets.database]\nurl = 'sqlite:///{path}'\ntable = 'tips'\n"
    hashed = 'ticket_no = { hash = ["phone", "received"] }'
    bureau.declare(where + TICKET_OUTPUT.replace('ticket_no = "no"', hashed), "tips")
    bureau.declare(
        where + '[[outputs]]\ntable = "complaint_reporter"\ninput = "tickets"\n[outputs.columns]\n'
        'ticket_no = "no"\noriginal_ticket_no = "no"\n',
        "names",
    )
    report = bureau.run()
    assert fates(report) == {"database:names/tickets": "refused", "database:tips/tickets": "refused"}
    assert errors(report)["database:tips/tickets"].startswith(
        "columns phone: whistle-blower data is not read"
    )
    assert not list(bureau.place.landing.rglob("*.parquet"))


# --- SQLite -----------------------------------------------------------------------------------------------------------


def test_sqlite_first_load_increment_and_late_row(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path)
    path = tmp_path / "tickets.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE units (code TEXT PRIMARY KEY, title TEXT)")
        connection.execute("INSERT INTO units VALUES ('U1', '武昌区局')")
        connection.execute(
            "CREATE TABLE tickets (No TEXT, category TEXT, unit TEXT, received DATETIME, finding, Changed_At DATETIME)"
        )
        add = "INSERT INTO tickets VALUES (?, 'report', 'U1', ?, NULL, ?)"
        connection.execute(add, ("T1", "2026-01-05 08:00:00", "2026-01-05 08:00:00"))
        connection.execute(add, ("T2", "not a time", "2026-01-06 08:00:00"))
        connection.execute(add, ("T3", "2026-01-05T08:00:00Z", "2026-01-06 08:00:00"))
    bureau.declare(
        f"[inputs.units.database]\nurl = 'sqlite:///{path}'\ntable = 'units'\n"
        f"[inputs.tickets.database]\nurl = 'sqlite:///{path}'\ntable = 'tickets'\ncursor = 'changed_at'\n"
        + UNIT_OUTPUT
        + TICKET_OUTPUT
    )
    report = bureau.run()
    assert fates(report) == {UNITS: "loaded", TICKETS: "loaded"}
    assert report.tables["complaint"].quarantined == 1
    received = "SELECT ticket_no, received_at FROM record.complaint ORDER BY 1"
    assert bureau.query(received) == [("T1", datetime(2026, 1, 5, 8)), ("T3", datetime(2026, 1, 5, 16))]
    assert bureau.file(TICKETS)["cursor_value"].endswith(":Changed_At=2026-01-06 08:00:00")
    assert bureau.file(TICKETS)["as_of"] == datetime(2026, 1, 6, 8)
    with sqlite3.connect(path) as connection:
        connection.execute(add, ("T4", "2026-01-06 07:00:00", "2026-01-06 08:00:00"))
    assert fates(bureau.run()) == {TICKETS: "loaded"}
    assert bureau.ticket_numbers() == ["T1", "T3", "T4"]
    assert not bureau.run().published
