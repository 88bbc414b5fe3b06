"""The public records of Chicago and New York, loaded whole, in parts, and again: every row accounted for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etl import mapping, run, verify
from etl.building import Report
from etl.gather import Warehouse
from model import warehouse

REAL = Path(__file__).parents[2] / "shared" / "realdata"
SOURCES = Path(__file__).parents[1] / "etl" / "sources"
pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the public records are not beside this checkout")

CHICAGO = (
    "licence_terms",
    "inspections_with_inspector_id",
    "inspector_assignments",
    "inspection_dispatch_2011_2014",
    "sanitation_complaints_311",
)


def deliver(inbox: Path, *names: str) -> None:
    """Put some of the files into the inbox; all without names."""
    inbox.mkdir(exist_ok=True)
    for path in sorted(REAL.glob("*/*.csv.gz")):
        if not names or path.name.removesuffix(".csv.gz") in names:
            shutil.copy(path, inbox / path.name)


def load(place: Path) -> Report:
    """One run over the inbox with the installed mappings."""
    return run.run(
        place / "inbox", Warehouse(place / "warehouse"), mapping.discover(SOURCES), lambda *_: None
    )


def rows(place: Path, query: str) -> list[tuple[object, ...]]:
    """The rows of a query on the current snapshot."""
    snapshot = warehouse.open_snapshot(place / "warehouse")
    with warehouse.connect(snapshot.path("full"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_all_eight_files_end_in_a_published_snapshot_with_every_row_accounted_for(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox")
    report = load(tmp_path)
    assert report.published
    assert [item.status for item in report.files] == ["loaded"] * 8
    assert sum(item.rows or 0 for item in report.files) == 246_765
    assert all(outcome.is_conserved for outcome in report.tables.values())
    inspection = report.tables["inspection"]
    assert (inspection.read, inspection.loaded, inspection.merged) == (153_441, 67_728, 85_713)
    assert report.tables["complaint"].quarantined == 4
    assert report.reasons["complaint"] == {"closed_at: closed_at >= received_at": 4}
    assert verify.problems(Warehouse(tmp_path / "warehouse")) == []


def test_each_city_is_a_tree_with_one_root_that_its_records_hang_on(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox")
    load(tmp_path)
    roots = rows(tmp_path, "SELECT unit_id FROM record.org_unit WHERE parent_unit_id IS NULL ORDER BY 1")
    assert roots == [("CHI",), ("NYC",)]
    spoken = rows(
        tmp_path,
        "SELECT unit_id, table_name FROM mart.unit_source WHERE unit_id IN ('CHI', 'NYC') ORDER BY ALL",
    )
    assert spoken == [
        ("CHI", "complaint"),
        ("CHI", "inspection"),
        ("CHI", "licence_application"),
        ("NYC", "complaint"),
        ("NYC", "licence_application"),
    ]


def test_an_inspection_with_two_officers_is_one_record(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", *CHICAGO)
    load(tmp_path)
    two = rows(tmp_path, "SELECT count(*) FROM record.inspection WHERE len(officer_ids) = 2")
    assert two == [(22,)]


def test_the_order_in_which_files_arrive_does_not_matter(tmp_path: Path) -> None:
    """Supplement first, primary without its enrichment, enrichment last: the same records as all at once."""
    together, apart = tmp_path / "together", tmp_path / "apart"
    together.mkdir()
    apart.mkdir()
    deliver(together / "inbox", *CHICAGO)
    load(together)
    for name in ("inspection_dispatch_2011_2014", "licence_terms", "inspections_with_inspector_id"):
        deliver(apart / "inbox", name)
        assert load(apart).published
    deliver(apart / "inbox", *CHICAGO)
    assert load(apart).published
    query = "SELECT unit_id, retailer_id, started_at, officer_ids, result FROM record.inspection ORDER BY ALL"
    assert rows(apart, query) == rows(together, query)
    assert verify.problems(Warehouse(apart / "warehouse")) == []


def test_the_same_files_again_change_nothing(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", "tobacco_retail_dealer_caps_2020")
    first = load(tmp_path)
    again = load(tmp_path)
    assert (again.published, again.snapshot) == (False, first.snapshot)
