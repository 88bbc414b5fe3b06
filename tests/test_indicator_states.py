"""What is not recorded is not computable, by name; what one source lacks is left out; nothing is made up of nothing."""

from __future__ import annotations

import shutil
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from etl import mapping
from etl import run as loader
from etl.gather import Warehouse
from etl.measure import measure_indicators
from model.contract import TABLES
from model.indicators import DeclarationError, catalogue
from model.indicators.reading import OWN_DIRECTORY_VARIABLE
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


def _licensing(known_until: date) -> indicator_bureau.Bureau:
    """Two units and a calendar of every day from December 2023 until one; applications until 31 March 2024."""
    bureau = _two_units()
    bureau.batch("licence_application", AS_OF, 2)
    day = date(2023, 12, 1)
    while day <= known_until:
        bureau.add("working_calendar", date=day, is_working_day=day.weekday() < 5)
        day += timedelta(days=1)
    return bureau


def _apply(bureau: indicator_bureau.Bureau, day: date, **more: object) -> None:
    at = datetime.combine(day, time(9))
    bureau.add("licence_application", application_no=f"A{bureau.rows}", unit_id="O1", application_type="new",
               submitted_at=at, accepted_at=at, statutory_working_days=20, promised_working_days=5, batch_id=2,
               **more)  # fmt: skip


def _as_of(bureau: indicator_bureau.Bureau, name: str) -> Any:
    found = bureau.connection.execute(
        "SELECT as_of FROM snapshot.mart.indicator_state WHERE indicator_id = ?", [name]
    ).fetchone()
    return found and found[0]


@pytest.mark.parametrize(
    ("known_until", "until"),
    [
        (date(2023, 12, 31), date(2023, 12, 31)),
        (date(2024, 2, 29), date(2024, 2, 28)),
        (date(2024, 3, 3), date(2024, 2, 29)),
        (date(2024, 6, 30), AS_OF),
    ],
)
def test_what_is_counted_in_working_days_is_known_as_far_as_the_calendar(
    known_until: date, until: date
) -> None:
    bureau = _licensing(known_until)
    for month in (1, 2, 3):
        at = datetime(2024, month, 6, 9)
        _apply(bureau, date(2024, month, 5), decided_at=at, result="granted", published_at=at,
               supplement_notice_at=at, first_verifier_id="P1", verification_started_at=at)  # fmt: skip
    bureau.finish()
    measure_indicators(bureau.connection)
    last = until.date() if isinstance(until, datetime) else until
    assert {name: _as_of(bureau, name) for name in ("L1", "L2", "L3", "L4", "L16")} == dict.fromkeys(
        ("L1", "L2", "L3", "L4", "L16"), last
    )
    assert _as_of(bureau, "L10") == AS_OF.date()


def test_beyond_the_calendar_those_never_told_are_not_counted_alone() -> None:
    bureau = _licensing(date(2024, 2, 29))
    _apply(bureau, date(2024, 2, 5), supplement_count=1)
    for _ in range(3):
        _apply(bureau, date(2024, 3, 5), supplement_notice_at=datetime(2024, 3, 6, 9), supplement_count=1)
    _apply(bureau, date(2024, 3, 5), supplement_count=1)
    bureau.finish()
    measure_indicators(bureau.connection)
    facts = bureau.connection.execute(
        "SELECT month, numerator, denominator FROM snapshot.mart.indicator_fact"
        " WHERE indicator_id = 'L4' AND unit_id = 'R'"
    ).fetchall()
    assert facts == [(date(2024, 2, 1), 0, 1)], "of March nothing can be said"


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("numerator", '{ where = "closed_on <= " }'),
        ("numerator", '{ where = "unheard_of(closed_on)" }'),
        ("numerator", '{ where = "category > 3" }'),
        ("numerator", '{ where = "category" }'),
        ("denominator", "{ where = \"closed_on > 'soon'\" }"),
        ("period", '"category"'),
    ],
)
def test_an_expression_that_cannot_be_computed_is_told_with_file_indicator_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, given: str
) -> None:
    """A hundred expressions are computed in one statement: the database does not say whose is wrong."""
    own = {"period": '"closed_on"', "numerator": '{ where = "closed_on <= due_on" }'} | {key: given}
    text = dict.fromkeys(("name", "meaning", "risk", "basis"), '{ zh = "办结", en = "closing" }')
    rest = {
        "dimension": '"conduct"', "domain": '"complaint"', "kind": '"proportion"', "direction": '"none"',
        "scored": "false", "series": '"flow"', "grain": '"unit"', "view": '"complaint"',
        "unit": '"handling_unit_id"', "denominator": "{ }", "needs": '["complaint.closed_at"]',
    }  # fmt: skip
    declared = "\n".join(f"{name} = {value}" for name, value in (text | rest | own).items())
    (tmp_path / "own.toml").write_text(f"[W1]\n{declared}\n", encoding="utf-8")
    monkeypatch.setenv(OWN_DIRECTORY_VARIABLE, str(tmp_path))
    bureau = indicator_bureau.build(3)
    with pytest.raises(DeclarationError, match=rf"own\.toml: \[W1\] {key}: the database cannot compute it"):
        measure_indicators(bureau.connection)
    bureau.connection.close()
