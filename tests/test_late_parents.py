"""A register that arrives after the records that name it: nothing is lost, whatever the order."""

from __future__ import annotations

from pathlib import Path

from etl import run, verify
from etl.building import Report
from etl.gather import Warehouse
from model import warehouse

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


def test_what_comes_back_reaches_the_analysis_surface_too(tmp_path: Path) -> None:
    load(tmp_path, org_unit=UNITS, inspection=CHECKS)
    load(tmp_path, staff=STAFF, market_cell=CELLS, retailer=SHOPS)
    query = (
        "SELECT inspection_no, retailer_id IS NOT NULL, len(officer_ids) FROM record.inspection ORDER BY 1"
    )
    assert rows(tmp_path, "analysis", query) == [("I1", True, 2), ("I2", False, None)]


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
