"""The demo bureau's time: working days, office hours and the seasons of each kind of work.

It knows the official calendar, as far as the kept library does, and nothing of any record. Days are numpy
`datetime64[D]`, moments `datetime64[s]` of Asia/Shanghai wall time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

from etl import working_days

Array = NDArray[Any]
Days = NDArray[Any]
NEVER = np.datetime64("NaT", "s")
NO_DAY = np.datetime64("NaT", "D")

INSPECTION_MONTHS = (1.0, 0.8, 1.0, 1.0, 1.0, 1.0, 0.9, 0.9, 1.0, 1.0, 1.2, 1.45)
APPLICATION_MONTHS = (0.95, 0.8, 1.15, 1.1, 1.05, 1.0, 0.95, 0.95, 1.0, 1.0, 1.0, 1.0)
COMPLAINT_MONTHS = (1.05, 1.0, 1.1, 0.95, 0.95, 1.0, 1.0, 1.0, 1.0, 0.95, 0.95, 1.05)
_FIRST_COVERED, _LAST_COVERED = date(working_days.FIRST_YEAR, 1, 1), date(working_days.LAST_YEAR, 12, 31)
_MARGIN_BEFORE = 500
_MARGIN_AFTER = 120


def _is_working(day: date) -> bool:
    """By the official calendar; by the weekday where it is silent (only planning reaches so far)."""
    if _FIRST_COVERED <= day <= _LAST_COVERED:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def _is_festival(day: date) -> bool:
    if not _FIRST_COVERED <= day <= _LAST_COVERED:
        return False
    return bool(chinese_calendar.get_holiday_detail(day)[1] == chinese_calendar.Holiday.spring_festival.value)


@dataclass(frozen=True)
class Clock:
    """The months that are recorded, `start` to `end`, both included, with margins for what is planned outside."""

    start: date
    end: date

    @cached_property
    def _calendar(self) -> list[date]:
        first = self.start - timedelta(days=_MARGIN_BEFORE)
        return [first + timedelta(days=i) for i in range((self.end - first).days + _MARGIN_AFTER)]

    @cached_property
    def _zero(self) -> np.datetime64:
        return np.datetime64(self._calendar[0], "D")

    @cached_property
    def is_working(self) -> NDArray[np.bool_]:
        """One flag a day, margins included."""
        return np.array([_is_working(day) for day in self._calendar])

    @cached_property
    def _elapsed(self) -> NDArray[np.int64]:
        return np.cumsum(self.is_working).astype(np.int64)

    @cached_property
    def _working(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.is_working)

    @property
    def first_day(self) -> np.datetime64:
        """The first recorded day."""
        return np.datetime64(self.start, "D")

    @property
    def last_day(self) -> np.datetime64:
        """The last recorded day."""
        return np.datetime64(self.end, "D")

    @property
    def last_moment(self) -> np.datetime64:
        """The last recorded second."""
        return np.datetime64(self.end, "s") + 86399

    @property
    def years(self) -> float:
        """How long the record is, in years."""
        return ((self.end - self.start).days + 1) / 365.25

    @cached_property
    def months(self) -> list[str]:
        """The recorded months, YYYY-MM."""
        return [str(m) for m in np.arange(self.first_day.astype("M8[M]"), self.last_day.astype("M8[M]") + 1)]

    def index(self, days: Days) -> NDArray[np.int64]:
        """The position of days in the calendar; NaT and days outside fall on its edges."""
        offset = (days.astype("M8[D]") - self._zero).astype(np.int64)
        return np.clip(offset, 0, len(self._calendar) - 1)

    def after(self, days: Days, count: Array | int) -> Days:
        """The count-th working day after each day; with 0 the day itself, or the next working day. NaT stays."""
        index = self.index(days)
        number = np.asarray(count, dtype=np.int64)
        rank = np.where(number > 0, self._elapsed[index] + number - 1, self._elapsed[index - 1])
        found = self._zero + self._working[np.clip(rank, 0, len(self._working) - 1)]
        return np.where(np.isnat(days), NO_DAY, found)

    def between(self, first: Days, last: Days) -> NDArray[np.int64]:
        """Working days after `first` up to and including `last`, as the law counts."""
        return self._elapsed[self.index(last)] - self._elapsed[self.index(first)]

    def season(self, months: tuple[float, ...], *, consumer_day: float = 1.0, weekend: float = 0.0) -> Array:
        """The weight of each recorded day: season, festival dip, 15 March peak; `weekend` on days off."""
        recorded = [d for d in self._calendar if self.start <= d <= self.end]
        weight = np.array([months[d.month - 1] for d in recorded])
        festival = np.array([_is_festival(d) for d in recorded])
        near = np.convolve(festival, np.ones(21))[10:-10] > 0
        weight[near] *= 0.55
        march = np.array([d.month == 3 and 11 <= d.day <= 20 for d in recorded])
        weight[march] *= consumer_day
        work = self.is_working[self.index(np.array(recorded, dtype="M8[D]"))]
        return np.where(work, weight, weight * weekend)

    def draw(self, rng: np.random.Generator, count: int, weight: Array) -> Days:
        """`count` recorded days drawn with the weights of `season`, unsorted."""
        edges = np.cumsum(weight, dtype=float)
        place = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
        return np.asarray(self.first_day + place.astype(np.int64))

    def to_end(self, moments: Days) -> Days:
        """What the last recorded day knows: moments and days after it are blank."""
        last = self.last_day if moments.dtype == np.dtype("M8[D]") else self.last_moment
        return np.asarray(np.where(moments > last, np.datetime64("NaT"), moments), dtype=moments.dtype)


def at(rng: np.random.Generator, days: Days, first: float, last: float) -> Days:
    """A moment on each day between two hours of the day (8.5 = half past eight)."""
    seconds = rng.integers(int(first * 3600), int(last * 3600), len(days))
    return days.astype("M8[s]") + seconds
