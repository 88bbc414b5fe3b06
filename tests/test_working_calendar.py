"""The working calendar: the kept library fills it, what a bureau delivers goes before it, and later years come in."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pandas as pd
import pytest

from etl import working_days
from model import warehouse
from model.working_days import numbered
from tests.etl_helpers import UNITS, Row, run

KNOWN = working_days.calendar()
LAST = f"{working_days.LAST_YEAR}-12-31"
NEXT = f"{working_days.LAST_YEAR + 1}-01-04"


def says(monkeypatch: pytest.MonkeyPatch, calendar: pd.DataFrame) -> None:
    """Let the library be another release, which says this."""
    working_days.digest.cache_clear()
    monkeypatch.setattr(working_days, "calendar", lambda: calendar)


def day(date: str, *, is_working: bool) -> Row:
    return {"date": date, "is_working_day": str(is_working).lower()}


def working(result: Any, date: str) -> bool | None:
    """What the calendar of a snapshot says of a day; None where it does not know it."""
    found = result.query(f"SELECT is_working_day FROM record.working_calendar WHERE date = '{date}'")
    return found[0][0] if found else None


@pytest.fixture(autouse=True)
def forgotten() -> Any:
    yield
    working_days.digest.cache_clear()


def test_every_day_is_as_the_library_says() -> None:
    said = {date.fromisoformat(one.date): one.is_working_day == "true" for one in KNOWN.itertuples()}
    assert said == {day: chinese_calendar.is_workday(day) for day in said} and len(said) > 8000


def test_a_later_release_of_the_library_brings_its_years_into_a_warehouse_that_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert working(run(tmp_path, {"org_unit-2026-05-01.csv": UNITS}), NEXT) is None
    more = pd.DataFrame([{"date": NEXT, "is_working_day": "true", "note": None}], dtype="object")
    says(monkeypatch, pd.concat([KNOWN, more], ignore_index=True))
    result = run(tmp_path, {"org_unit-2026-05-02.csv": UNITS})
    assert working(result, NEXT) is True and working(result, LAST) is True
    assert result.one("SELECT count(*) FROM record.working_calendar") == len(KNOWN) + 1
    again = run(tmp_path, {"org_unit-2026-05-03.csv": UNITS})
    assert again.one("SELECT count(*) FROM quality.batch WHERE source = 'chinesecalendar'") == 2


def test_a_later_release_may_correct_the_library_and_leaves_alone_what_was_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered, corrected = "2026-03-02", "2026-03-03"
    run(tmp_path, {"working_calendar-2026-01-10.csv": [day(delivered, is_working=False)]})
    other = KNOWN.copy()
    other.loc[other["date"] == corrected, "is_working_day"] = "false"
    other.loc[other["date"] == delivered, "note"] = "another note"
    says(monkeypatch, other)
    result = run(tmp_path, {"org_unit-2026-05-02.csv": UNITS})
    assert working(result, delivered) is False and working(result, corrected) is False


def test_what_a_bureau_delivers_goes_before_the_library_however_old_the_file_is(tmp_path: Path) -> None:
    name = "working_calendar-2026-01-10.csv"
    result = run(tmp_path, {"org_unit-2026-05-01.csv": UNITS, name: [day("2026-03-02", is_working=False)]})
    assert working(result, "2026-03-02") is False


def test_nothing_is_counted_over_a_day_that_is_missing_from_the_calendar(tmp_path: Path) -> None:
    year = working_days.LAST_YEAR + 1
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(60)]
    told = [day(str(one), is_working=one.weekday() < 5) for one in days if one != date(year, 1, 20)]
    result = run(tmp_path, {"org_unit-2026-05-01.csv": UNITS, "working_calendar-2026-12-01.csv": told})
    engine = warehouse.open_snapshot(result.directory).engine("full")
    known = warehouse.read(engine, numbered())
    assert known["date"].max().date() == date(year, 1, 19) and known["date"].min().year == 2004
    expected = len(KNOWN[KNOWN["is_working_day"] == "true"]) + sum(one.weekday() < 5 for one in days[:19])
    assert known["number"].max() == expected


@pytest.mark.parametrize(("as_of", "count"), [("10-01", 0), ("12-01", 1)])
def test_readers_are_told_before_limits_lie_beyond_the_calendar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_of: str, count: int
) -> None:
    year = 2025
    says(monkeypatch, KNOWN[KNOWN["date"] < f"{year + 1}-01-01"].reset_index(drop=True))
    later = day(f"{year + 1}-01-03", is_working=False)
    files = {f"org_unit-{year}-{as_of}.csv": UNITS, "working_calendar-2025-01-01.csv": [later]}
    result = run(tmp_path, files)
    notices = warehouse.open_snapshot(result.directory).manifest["notices"]
    assert len(notices) == count
    for notice in notices:
        assert "止于 2025年12月31日" in notice["zh"] and "缺 2026年01月01日" in notice["zh"]
        assert "ends on 2025-12-31" in notice["en"] and "2026-01-01 is missing" in notice["en"]
