"""What a month of a count is: a value, a part of a month, or no data; and how it compares.

A month after the source's as-of has no data, which is not 0; a month that the as-of falls into is partial and
is compared with nothing; a month before the first record has no data either. It must not read or draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

State = Literal["value", "zero", "partial", "no_data"]


@dataclass(frozen=True)
class Coverage:
    """The stretch of time that the sources of one kind of record speak about.

    With several sources a month is complete once the latest of them has reached its end: `reached` is the
    smallest as-of, `as_of` the largest.
    """

    sources: tuple[str, ...]
    since: date | None
    reached: datetime | None
    as_of: datetime | None

    def state(self, month: date) -> State:
        """Whether a count of this month can be known."""
        if self.since is None or self.reached is None or self.as_of is None or month < self.since:
            return "no_data"
        starts = datetime.combine(month, time())
        if starts >= self.as_of:
            return "no_data"
        ends = datetime.combine(shifted(month, 1), time())
        return "value" if self.reached >= ends - timedelta(minutes=1) else "partial"


@dataclass(frozen=True)
class Point:
    """One month of one count; count is None where the state is no_data."""

    month: date
    state: State
    count: int | None


@dataclass(frozen=True)
class Headline:
    """A month's count and its differences; None where either month is not complete."""

    point: Point
    on_month: int | None
    on_month_pct: float | None
    on_year: int | None
    on_year_pct: float | None


def shifted(month: date, by: int) -> date:
    """The first day of the month so many months later (or earlier)."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def span(last: date, length: int) -> list[date]:
    """So many months in a row, the last one included."""
    return [shifted(last, -back) for back in range(length - 1, -1, -1)]


def default_month(coverages: Sequence[Coverage], today: date) -> date:
    """The last month that some kind of record covers completely, else last month."""
    reached = [one.reached for one in coverages if one.reached]
    if not reached:
        return shifted(today.replace(day=1), -1)
    last = max(reached).date().replace(day=1)
    complete = any(one.state(last) == "value" for one in coverages)
    return last if complete else shifted(last, -1)


def point(counts: Mapping[date, int], month: date, coverage: Coverage) -> Point:
    """A month's point: a covered month without a count is a real zero."""
    state = coverage.state(month)
    if state == "no_data":
        return Point(month, state, None)
    count = int(counts.get(month, 0))
    return Point(month, "zero" if state == "value" and count == 0 else state, count)


def series(counts: Mapping[date, int], months: Sequence[date], coverage: Coverage) -> list[Point]:
    """One point a month."""
    return [point(counts, month, coverage) for month in months]


def headline(counts: Mapping[date, int], month: date, coverage: Coverage) -> Headline:
    """A month's count beside the month before and the same month a year before."""
    here = point(counts, month, coverage)
    on_month = _difference(here, point(counts, shifted(month, -1), coverage))
    on_year = _difference(here, point(counts, shifted(month, -12), coverage))
    return Headline(here, *on_month, *on_year)


def _difference(here: Point, before: Point) -> tuple[int | None, float | None]:
    complete = ("value", "zero")
    if here.state not in complete or before.state not in complete:
        return None, None
    assert here.count is not None and before.count is not None
    difference = here.count - before.count
    return difference, 100 * difference / before.count if before.count else None
