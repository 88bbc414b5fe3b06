"""What is not recorded is not computable, by name; what one source lacks is left out; nothing is made up of nothing."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from etl import mapping
from etl import run as loader
from etl.gather import Warehouse
from etl.measure import measure_indicators
from model.contract import TABLES
from model.indicators import catalogue
from tests import indicator_bureau
from tests.etl_helpers import ROOT, UNITS, Result, run

REAL = Path(__file__).parents[2] / "shared" / "realdata"
AS_OF = datetime(2024, 3, 31, 23, 59, 59)


def _state(bureau: indicator_bureau.Bureau, name: str) -> Any:
    return bureau.connection.execute(
        "SELECT state, missing_columns FROM snapshot.mart.indicator_state WHERE indicator_id = ?", [name]
    ).fetchone()


def _fact(bureau: indicator_bureau.Bureau, name: str, unit: str = "R") -> Any:
    return bureau.connection.execute(
        "SELECT numerator, denominator, observations FROM snapshot.mart.indicator_fact"
        " WHERE indicator_id = ? AND unit_id = ? AND subject_kind = 'unit'",
        [name, unit],
    ).fetchone()


def _two_units() -> indicator_bureau.Bureau:
    bureau = indicator_bureau.empty()
    bureau.batch("org_unit", AS_OF, 1)
    for unit, parent in (("R", None), ("O1", "R")):
        bureau.add("org_unit", unit_id=unit, parent_unit_id=parent, name=unit, unit_type="other", batch_id=1)
    return bureau


def test_nothing_delivered_nothing_computed() -> None:
    bureau = indicator_bureau.empty()
    bureau.finish()
    measure_indicators(bureau.connection)
    states = bureau.connection.execute(
        "SELECT DISTINCT state, len(missing_columns) > 0 FROM snapshot.mart.indicator_state"
    ).fetchall()
    assert states == [("not_computable", True)]
    assert bureau.connection.execute("SELECT count(*) FROM snapshot.mart.indicator_fact").fetchone() == (0,)


def test_a_missing_column_is_named() -> None:
    bureau = _two_units()
    recorded = [name for name in TABLES["complaint"].columns.keys() if name != "due_at"]  # noqa: SIM118
    bureau.batch("complaint", AS_OF, 2, recorded=recorded)
    bureau.add("complaint", ticket_no="W1", category="report", handling_unit_id="O1", batch_id=2,
               received_at=datetime(2024, 3, 1), closed_at=datetime(2024, 3, 2), satisfaction="satisfied")  # fmt: skip
    bureau.finish()
    measure_indicators(bureau.connection)
    assert _state(bureau, "H2") == ("not_computable", ["complaint.due_at"])
    assert _fact(bureau, "H2") is None
    assert _state(bureau, "H3") == ("computed", [])
    assert _fact(bureau, "H3") == (1, 1, 1)


def test_rows_of_a_source_that_lacks_a_column_are_left_out() -> None:
    bureau = _two_units()
    bureau.batch("inspection", AS_OF, 2, "with")
    bureau.batch(
        "inspection", AS_OF, 3, "without", ["inspection_no", "unit_id", "inspection_kind", "started_at"]
    )
    for batch in (2, 3):
        bureau.add("inspection", inspection_no=f"I{batch}", unit_id="O1", inspection_kind="routine", batch_id=batch,
                   started_at=datetime(2024, 3, 5), plan_id="p" if batch == 2 else None)  # fmt: skip
    bureau.finish()
    measure_indicators(bureau.connection)
    assert _fact(bureau, "I7") == (0, 1, 1)


def test_each_source_has_its_own_clock() -> None:
    bureau = _two_units()
    bureau.batch("inspection", datetime(2024, 3, 10, 12), 2, "early")
    bureau.batch("inspection", AS_OF, 3, "late")
    for batch, day in ((2, 9), (2, 10), (3, 10), (3, 31)):
        bureau.add("inspection", inspection_no=f"I{batch}{day}", unit_id="O1", inspection_kind="routine",
                   batch_id=batch, started_at=datetime(2024, 3, day, 9))  # fmt: skip
    bureau.finish()
    measure_indicators(bureau.connection)
    assert _fact(bureau, "I7") == (3, 3, 3), "10 March was not yet over when the early source delivered"


def test_a_bureau_with_units_alone_is_published(tmp_path: Path) -> None:
    result = run(tmp_path, {"org_unit-2026-01-31.csv": UNITS})
    assert result.one("SELECT count(*) FROM mart.indicator_state") == len(catalogue().indicators)
    assert result.one("SELECT count(*) FROM mart.indicator_fact") == 0


@pytest.mark.skipif(not REAL.exists(), reason="the real records are not beside the checkout")
def test_real_records_say_what_they_cannot_tell(tmp_path: Path) -> None:
    inbox, place = tmp_path / "inbox", Warehouse(tmp_path / "warehouse")
    inbox.mkdir()
    for path in REAL.glob("nyc-dca/*.gz"):
        shutil.copy(path, inbox)
    report = loader.run(inbox, place, mapping.discover(ROOT / "etl" / "sources"), lambda step, size: None)
    result = Result({"snapshot": report.snapshot}, 0, place.directory)
    states = dict(result.query("SELECT indicator_id, state FROM mart.indicator_state"))
    assert states["L1"] == "not_computable"
    assert states["H3"] == "computed"
    assert {name for (name,) in result.query("SELECT DISTINCT indicator_id FROM mart.indicator_fact")} == {
        name for name, state in states.items() if state == "computed"
    }
