"""A register that arrives after the records that name it: nothing is lost, whatever the order."""

from __future__ import annotations

import random
import shutil
from datetime import date
from pathlib import Path

import pytest

from etl import aggregates, judge, measure, run, surfaces, verify
from etl.building import Building, Report
from etl.demo import generate
from etl.gather import Warehouse
from model import warehouse
from model.contract import TABLES

UNITS = "unit_id,name,unit_type\nU1,甲局,county_bureau\n"
CELLS = "cell_id,unit_id,name,valid_from\nC1,U1,一号,2020-01-01\n"
SHOPS = "retailer_id,cell_id\nR1,C1\n"
STAFF = "staff_id,unit_id,role\nP1,U1,inspector\nP2,U1,inspector\n"
CHECKS = (
    "inspection_no,unit_id,inspection_kind,started_at,retailer_id,officer_ids\n"
    "I1,U1,routine,2026-01-05 09:00:00,R1,P1;P2\n"
    "I2,U1,routine,2026-01-06 09:00:00,R7,P1;P7\n"
)


def load(place: Path, **files: str) -> Report:
    """Deliver files and run."""
    inbox = place / "inbox"
    inbox.mkdir(exist_ok=True)
    for name, content in files.items():
        (inbox / f"{name}.csv").write_text(content, encoding="utf-8")
    return run.run(inbox, Warehouse(place / "warehouse"), [], lambda *_: None)


def rows(place: Path, surface: str, query: str) -> list[tuple[object, ...]]:
    """The rows of a query on one surface of the current snapshot."""
    path = warehouse.open_snapshot(place / "warehouse").directory / f"{surface}.duckdb"
    with warehouse.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


CHECKED = "SELECT inspection_no, retailer_id, officer_ids FROM record.inspection ORDER BY 1"


def test_an_optional_reference_comes_back_when_its_parent_arrives(tmp_path: Path) -> None:
    load(tmp_path, org_unit=UNITS, inspection=CHECKS)
    assert rows(tmp_path, "full", CHECKED) == [("I1", None, None), ("I2", None, None)]

    load(tmp_path, staff=STAFF, market_cell=CELLS, retailer=SHOPS)

    assert rows(tmp_path, "full", CHECKED) == [("I1", "R1", ["P1", "P2"]), ("I2", None, None)]
    left = rows(tmp_path, "full", "SELECT row_number, column_name, value FROM quality.cell ORDER BY ALL")
    assert left == [(2, "officer_ids", "P1;P7"), (2, "retailer_id", "R7")]


def test_a_superseded_version_and_a_row_told_twice_get_theirs_back_too(tmp_path: Path) -> None:
    earlier = CHECKS.replace("09:00:00,R1", "08:00:00,R1") + CHECKS.split("\n")[1].replace("09:00", "08:00")
    load(tmp_path, org_unit=UNITS, staff=STAFF, **{"inspection-2026-02-01": earlier})
    load(tmp_path, **{"inspection-2026-02-02": CHECKS})
    load(tmp_path, market_cell=CELLS, retailer=SHOPS)

    assert rows(tmp_path, "full", CHECKED) == [("I1", "R1", ["P1", "P2"]), ("I2", None, None)]
    superseded = "SELECT inspection_no, retailer_id, changed_columns FROM record.inspection_revision"
    assert rows(tmp_path, "full", superseded) == [("I1", "R1", ["started_at"])]
    left = "SELECT DISTINCT column_name, value FROM quality.cell ORDER BY ALL"
    assert rows(tmp_path, "full", left) == [("officer_ids", "P1;P7"), ("retailer_id", "R7")]
    assert verify.problems(Warehouse(tmp_path / "warehouse")) == []


def test_a_row_that_waited_tells_its_record_again(tmp_path: Path) -> None:
    """What comes between the two, late, does not become current; and every row stays accounted for."""
    load(tmp_path, **{"inspection-2026-02-01": CHECKS, "inspection-2026-02-09": CHECKS})
    load(tmp_path, org_unit=UNITS)
    load(tmp_path, **{"inspection-2026-02-05": CHECKS.replace("05 09:00", "05 08:00")})

    versions = (
        "SELECT day(as_of), hour(started_at) FROM ({}) JOIN quality.batch USING (batch_id)"
        " WHERE inspection_no = 'I1' ORDER BY 1"
    )
    assert rows(tmp_path, "full", versions.format("FROM record.inspection")) == [(9, 9)]
    assert rows(tmp_path, "full", versions.format("FROM record.inspection_revision")) == [(1, 9), (5, 8)]
    assert verify.problems(Warehouse(tmp_path / "warehouse")) == []


def test_a_register_that_has_a_column_of_any_name_gets_its_references_back(tmp_path: Path) -> None:
    """A warning has a column `value`, as what is kept of a value that fell."""
    raised = (
        "warning_id,indicator_id,rule_version,unit_id,object_type,warning_level,raised_at,state,handler_id,value\n"
        "W1,I1,1,U1,unit,red,2026-02-01 09:00:00,assigned,P1,3\n"
    )
    load(tmp_path, org_unit=UNITS, warning=raised)
    load(tmp_path, staff=STAFF)
    assert rows(tmp_path, "full", "SELECT handler_id, value FROM record.warning") == [("P1", 3)]


def test_an_optional_reference_comes_back_when_its_parent_is_released(tmp_path: Path) -> None:
    """The cells' own delivery lets the shop go, and the shop is what the inspection was in want of."""
    load(tmp_path, org_unit=UNITS, staff=STAFF, retailer=SHOPS, inspection=CHECKS)
    assert rows(tmp_path, "full", CHECKED) == [("I1", None, ["P1", "P2"]), ("I2", None, None)]

    load(tmp_path, market_cell=CELLS)

    assert rows(tmp_path, "full", CHECKED) == [("I1", "R1", ["P1", "P2"]), ("I2", None, None)]


def test_a_draw_waits_for_the_shop_and_the_officers_that_it_names(tmp_path: Path) -> None:
    """A draw without them is refused; one whose registers are late has them, once these arrive."""
    draws = (
        "inspection_no,unit_id,inspection_kind,started_at,draw_id,drawn_on,drawn_retailer_id,drawn_officer_ids\n"
        "I1,U1,double_random,2026-01-05 09:00:00,D1,2026-01-02,R1,P1;P2\n"
        "I2,U1,double_random,2026-01-06 09:00:00,D2,2026-01-02,R1,\n"
        "I3,U1,double_random,2026-01-07 09:00:00,D3,2026-01-02,R7,P1;P2\n"
    )
    kept_out = "SELECT row_number, is_waiting FROM quality.quarantine ORDER BY 1"
    drawn = "SELECT inspection_no, drawn_retailer_id, drawn_officer_ids FROM record.inspection"
    load(tmp_path, org_unit=UNITS, inspection=draws)
    assert rows(tmp_path, "full", kept_out) == [(1, True), (2, False), (3, True)]

    load(tmp_path, staff=STAFF)
    assert rows(tmp_path, "full", drawn) == []
    load(tmp_path, market_cell=CELLS, retailer=SHOPS)

    assert rows(tmp_path, "full", drawn) == [("I1", "R1", ["P1", "P2"])]
    assert rows(tmp_path, "full", kept_out) == [(2, False), (3, True)]
    assert rows(tmp_path, "full", "SELECT count(*) FROM quality.cell") == [(0,)]
    assert verify.problems(Warehouse(tmp_path / "warehouse")) == []


def test_what_comes_back_reaches_the_analysis_surface_too(tmp_path: Path) -> None:
    load(tmp_path, org_unit=UNITS, inspection=CHECKS)
    load(tmp_path, staff=STAFF, market_cell=CELLS, retailer=SHOPS)
    query = (
        "SELECT inspection_no, retailer_id IS NOT NULL, len(officer_ids) FROM record.inspection ORDER BY 1"
    )
    assert rows(tmp_path, "analysis", query) == [("I1", True, 2), ("I2", False, None)]


@pytest.mark.parametrize("is_one_run", [False, True])
def test_a_version_is_released_once_a_later_file_closes_the_one_before_it(
    tmp_path: Path, is_one_run: bool
) -> None:
    """Nothing but the cell's own table tells of it: no unit is new."""
    load(tmp_path, **{"org_unit": UNITS, "market_cell-2025-01-01": CELLS})
    header = "cell_id,unit_id,name,valid_from,valid_to\n"
    opened = {"market_cell-2026-01-01": f"{header}C1,U1,一号,2026-01-01,\n"}
    closed = {"market_cell-2026-01-02": f"{header}C1,U1,一号,2020-01-01,2025-12-31\n"}
    for files in [opened | closed] if is_one_run else [opened, closed]:
        load(tmp_path, **files)
    kept_out = rows(tmp_path, "full", "FROM quality.quarantine")
    found = rows(tmp_path, "full", "SELECT valid_from, valid_to FROM record.market_cell ORDER BY 1")
    assert kept_out == []
    assert found == [(date(2020, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), None)]


def test_a_chain_of_missing_parents_is_released_in_one_run(tmp_path: Path) -> None:
    first = load(tmp_path, retailer=SHOPS, market_cell=CELLS)
    assert {name: one.quarantined for name, one in first.tables.items()} == {"retailer": 1, "market_cell": 1}
    second = load(tmp_path, org_unit=UNITS)
    assert {name: one.released for name, one in second.tables.items() if one.released} == {
        "retailer": 1,
        "market_cell": 1,
    }
    assert rows(tmp_path, "full", "SELECT count(*) FROM quality.quarantine") == [(0,)]
    assert verify.problems(Warehouse(tmp_path / "warehouse")) == []


@pytest.fixture
def loading_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs end with their records: nothing is measured, judged or shown."""

    def write(building: Building, _: Warehouse) -> None:
        for surface in ("analysis", "screen"):
            path = building.directory / f"{surface}.duckdb"
            warehouse.attach(building.connection, path, surface)

    for module, name in (
        (measure, "measure"), (judge, "judge"), (aggregates, "count_processes"), (aggregates, "aggregate"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, lambda *_: None)
    monkeypatch.setattr(surfaces, "write", write)


def _held(place: Path) -> dict[str, list[tuple[object, ...]]]:
    """All records, superseded versions and values that fell; not in which delivery they came."""
    held = {
        "cell": rows(
            place, "full", "SELECT table_name, column_name, value, rule FROM quality.cell ORDER BY ALL"
        )
    }
    for name, table in TABLES.items():
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        for of in (name, f"{name}_revision"):
            held[of] = rows(place, "full", f"SELECT {columns} FROM record.{of} ORDER BY ALL")
    return held


@pytest.mark.usefixtures("loading_only")
@pytest.mark.parametrize("seed", [1])
def test_records_are_the_same_in_whatever_order_their_files_come(tmp_path: Path, seed: int) -> None:
    feed = tmp_path / "feed"
    generate.write(feed, scale="office", months=6, seed=seed, end=date(2026, 10, 31))
    files = sorted(path.name for path in feed.glob("*.csv"))
    shutil.copytree(feed, tmp_path / "at_once" / "inbox")
    load(tmp_path / "at_once")
    shutil.copytree(tmp_path / "at_once" / "vault", tmp_path / "by_and_by" / "vault")
    (tmp_path / "by_and_by" / "inbox").mkdir()

    order = random.Random(seed).sample(files, len(files))
    for first in range(0, len(order), 3):
        for name in order[first : first + 3]:
            shutil.copy(feed / name, tmp_path / "by_and_by" / "inbox")
        load(tmp_path / "by_and_by")

    together, apart = _held(tmp_path / "at_once"), _held(tmp_path / "by_and_by")
    assert len(together["inspection"]) > 100
    for name, expected in together.items():
        assert apart[name] == expected, name
    assert verify.problems(Warehouse(tmp_path / "by_and_by" / "warehouse")) == []
