"""Cursors of database sources: kept and restored as they were, never going back, and up to when they speak."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from etl import cursor

MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1))


@given(
    st.one_of(
        MOMENTS,
        st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
        st.dates(),
        st.integers(),
        st.decimals(allow_nan=False, allow_infinity=False),
        st.text(),
    )
)
def test_a_cursor_comes_back_as_it_was_kept(value: Any) -> None:
    assert cursor.restored(cursor.kept("at", value), "at", type(value)) == value


def test_a_cursor_of_another_column_or_kind_does_not_count() -> None:
    assert cursor.restored("at=2026-01-05", "id", date) is None
    assert cursor.restored("at=2026-01-05", "at", int) is None
    assert cursor.restored(None, "at", int) is None


def test_a_place_is_one_column_of_one_table_of_one_database() -> None:
    here = cursor.place("postgresql://county", "office.tickets", "changed_at")
    assert here == cursor.place("postgresql://county", "office.tickets", "changed_at")
    others = {
        cursor.place("postgresql://city", "office.tickets", "changed_at"),
        cursor.place("postgresql://county", "archive.tickets", "changed_at"),
        cursor.place("postgresql://county", "office.tickets", "no"),
    }
    assert len(others) == 3 and here not in others


@given(MOMENTS, MOMENTS)
def test_a_cursor_never_goes_back(known: datetime, seen: datetime) -> None:
    assert cursor.later(known, seen) == max(known, seen)
    assert cursor.later(known, None) == known
    assert cursor.later(None, seen) == seen


def test_up_to_when_a_cursor_speaks() -> None:
    assert cursor.speaks_for(datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)) == datetime(2026, 1, 5, 9, 2, 3)
    assert cursor.speaks_for(date(2026, 1, 5)) == datetime(2026, 1, 5, 23, 59, 59)
    assert cursor.speaks_for("2026-01-05T01:02:03Z") == datetime(2026, 1, 5, 9, 2, 3)
    assert cursor.speaks_for("2026-01-05") == datetime(2026, 1, 5, 23, 59, 59)
    for value in (17, "20260105", "2026-13-05", Decimal(1)):
        assert cursor.speaks_for(value) is None


def test_a_cursor_is_reached_up_to_now_and_a_day_until_it_ends() -> None:
    now = datetime(2026, 1, 5, 12)
    assert cursor.is_reached(now, now)
    assert not cursor.is_reached(datetime(2026, 1, 5, 12, 0, 1), now)
    assert cursor.is_reached(date(2026, 1, 5), now)
    assert cursor.is_reached("2026-01-05", now)
    assert not cursor.is_reached(date(2026, 1, 6), now)
    assert not cursor.is_reached("2026-01-05 12:00:01", now)
    assert not cursor.is_reached(datetime(2026, 1, 5, 4, 0, 1, tzinfo=UTC), now)
    assert cursor.is_reached("B-17", now)
    assert cursor.is_reached(7, now)
    assert not cursor.is_reached(None, now)
