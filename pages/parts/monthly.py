"""What a month of a count is: a value, a part of a month, or no data; and how it compares.

A month after the source's as-of has no data, which is not 0; a month that the as-of falls into is partial and
is compared with nothing; a month before the first record has no data either. A count that no source records the
columns for is not computable. It must not read or draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from pages.parts.clocks import SourceClock

State = Literal["value", "zero", "partial", "no_data", "not_computable"]
_KNOWN = ("value", "zero", "partial")
TOGETHER = 3
"""Months: a kind of record that is further behind has stopped rather than is late, and pages open without it."""


@dataclass(frozen=True)
class Coverage:
    """The stretch of time that the sources of one kind of record speak about, of one unit.

    With several sources a month is complete once the latest of them has reached its end: `reached` is the
    smallest as-of, `as_of` the largest. `unrecorded` are the counts that need a column which no source records.
    """

    sources: tuple[SourceClock, ...] = ()
    since: date | None = None
    unrecorded: frozenset[str] = frozenset()
    is_computable: bool = True

    @property
    def reached(self) -> datetime | None:
        return min((one.as_of for one in self.sources if one.as_of), default=None)

    @property
    def as_of(self) -> datetime | None:
        return max((one.as_of for one in self.sources if one.as_of), default=None)

    def of(self, measure: str) -> Coverage:
        """The same stretch for one count, which may need more than the sources record."""
        return replace(self, is_computable=measure not in self.unrecorded)

    def narrowed(self, names: frozenset[str], since: date | None) -> Coverage:
        """The coverage of a unit of which only some of the sources speak; it begins with its own first record."""
        if names == {one.source for one in self.sources}:
            return self
        return replace(self, sources=tuple(one for one in self.sources if one.source in names), since=since)

    @property
    def last(self) -> date | None:
        """The newest month that the sources speak of, whole or not."""
        if self.as_of is None or self.since is None:
            return None
        found = (self.as_of - timedelta(microseconds=1)).date().replace(day=1)
        return found if found >= self.since else None

    @property
    def whole(self) -> date | None:
        """The newest month that the sources speak of from its first day to its last."""
        if self.reached is None or self.since is None:
            return None
        reached = self.reached.date().replace(day=1)
        found = next((one for one in (reached, shifted(reached, -1)) if self._is_whole(one)), None)
        return found if found and found >= self.since else None

    @property
    def newest(self) -> date | None:
        """The newest month, or the one before where only that is whole."""
        is_near = self.whole and self.last and self.whole >= shifted(self.last, -1)
        return self.whole if is_near else self.last

    def _is_whole(self, month: date) -> bool:
        ends = datetime.combine(shifted(month, 1), time())
        return self.reached is not None and self.reached >= ends - timedelta(minutes=1)

    def state(self, month: date) -> State:
        """Whether a count of this month can be known."""
        if self.since is None or self.last is None or not self.since <= month <= self.last:
            return "no_data"
        if not self.is_computable:
            return "not_computable"
        return "value" if self._is_whole(month) else "partial"


@dataclass(frozen=True)
class Point:
    """One month of one count; count is None where the state is no_data or not_computable."""

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


def last_day(month: date) -> date:
    """The last day of the month."""
    return shifted(month, 1) - timedelta(days=1)


def span(last: date, length: int) -> list[date]:
    """So many months in a row, the last one included."""
    return [shifted(last, -back) for back in range(length - 1, -1, -1)]


def before(moment: datetime) -> date:
    """The month before this moment's."""
    return shifted(moment.date().replace(day=1), -1)


def first_with_data(measures: Sequence[str], month: date, known: Callable[[str], Coverage]) -> str:
    """The first of the counts that has data in this month, else the first."""
    return next((one for one in measures if known(one).of(one).state(month) in _KNOWN), measures[0])


def of_children(
    children: Iterable[str],
    above: Coverage,
    named: Mapping[str, frozenset[str]],
    counts: Mapping[str, Mapping[date, int]],
) -> dict[str, Coverage]:
    """What is covered of each child, given the sources that speak of it and its counts."""
    return {
        one: above.narrowed(named.get(one, frozenset()), min(counts.get(one, {}), default=None))
        for one in children
    }


def newest(coverages: Iterable[Coverage]) -> date | None:
    """The newest month that all kinds of record have; one that lies further behind the others holds nothing back."""
    known = [one.newest for one in coverages if one.newest]
    latest = max(known, default=None)
    return min(one for one in known if one >= shifted(latest, -TOGETHER)) if latest else None


def offered(counts: Mapping[str, Mapping[date, int]], coverages: Iterable[Coverage]) -> list[date]:
    """The months of a unit from its first record to the last month that its sources speak of."""
    first = min((month for months in counts.values() for month in months), default=None)
    last = max((one.last for one in coverages if one.last), default=None)
    if first is None or last is None or first > last:
        return []
    return span(last, (last.year - first.year) * 12 + last.month - first.month + 1)


def point(counts: Mapping[date, int], month: date, coverage: Coverage) -> Point:
    """A month's point: a covered month without a count is a real zero."""
    state = coverage.state(month)
    if state in ("no_data", "not_computable"):
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
