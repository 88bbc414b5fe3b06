"""The clocks that a number carries: the sources' as-of, when the snapshot was published, when the screen was drawn.

It exists so that lateness is decided in one place: a source is late once its as-of plus its cadence lies before
now. It must not draw.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from model.contract import TABLES
from model.warehouse import TIME_ZONE, Snapshot

_ZONE = ZoneInfo(TIME_ZONE)
_FEED = "feed."
_LONGEST_POLL_SECONDS = 3600
_POLL_VARIABLE = "INTEGRITY_POLL_SECONDS"


def poll_seconds(given: str | None) -> float:
    """How often to ask, as the environment says it; ValueError, with the variable, where it is no such time."""
    try:
        found = float(given or 5)
    except ValueError:
        found = 0
    if not 0 < found <= _LONGEST_POLL_SECONDS:
        raise ValueError(
            f"{_POLL_VARIABLE}: {given!r}: expected seconds, above 0 and at most {_LONGEST_POLL_SECONDS}"
        )
    return found


POLL_SECONDS = poll_seconds(os.environ.get(_POLL_VARIABLE))
"""How often whatever stays open asks what is current."""


@dataclass(frozen=True)
class SourceClock:
    """One source, of all or of one kind of record: until when it speaks and how often it promised to."""

    source: str
    name_zh: str
    name_en: str
    as_of: datetime | None
    cadence_days: int | None
    tables: tuple[str, ...] = ()
    """The kinds of record that it delivers."""

    @property
    def due(self) -> datetime | None:
        """When its next delivery is promised; None where it promised nothing or has delivered nothing."""
        if self.as_of is None or self.cadence_days is None:
            return None
        return self.as_of + timedelta(days=self.cadence_days)

    def late_by(self, now: datetime) -> timedelta | None:
        """How long its next delivery has been overdue; None while it is in time or promised nothing."""
        return now - self.due if self.due and now > self.due else None


def now() -> datetime:
    """This moment in the bureau's time, without zone, as the warehouse writes it."""
    return datetime.now(_ZONE).replace(tzinfo=None)


def epoch_ms(moment: datetime) -> int:
    """A moment of the bureau's time as a browser counts it."""
    return round(moment.replace(tzinfo=_ZONE).timestamp() * 1000)


def moment_of(text: str | None) -> datetime | None:
    """A moment of the manifest in the bureau's time, without zone."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found.astimezone(_ZONE).replace(tzinfo=None) if found.tzinfo else found


def of_snapshot(snapshot: Snapshot) -> dict[str, SourceClock]:
    """The clock of every source that the manifest names."""
    return {clock.source: clock for clock in map(_of_entry, snapshot.manifest.get("sources", ()))}


def _of_entry(entry: dict[str, Any]) -> SourceClock:
    source = str(entry["source"])
    return SourceClock(
        source=source,
        name_zh=str(entry.get("name_zh") or source),
        name_en=str(entry.get("name_en") or source),
        as_of=moment_of(entry.get("as_of")),
        cadence_days=entry.get("cadence_days"),
        tables=tuple(entry.get("tables") or _table_of_feed(source)),
    )


def _table_of_feed(source: str) -> tuple[str, ...]:
    """What a feed delivers, by its name: snapshots of before the manifest told the tables."""
    table = source.removeprefix(_FEED)
    return (table,) if source.startswith(_FEED) and table in TABLES else ()


def of_kind(clocks: Iterable[SourceClock], table: str) -> tuple[SourceClock, ...]:
    """The clocks of the sources that deliver this kind of record."""
    return tuple(clock for clock in clocks if table in clock.tables)


def is_delivered(clocks: Iterable[SourceClock], table: str) -> bool:
    """Whether any source delivers this kind of record: where none does, no rows do not mean that nothing happened."""
    return bool(of_kind(clocks, table))


def late_ones(clocks: Iterable[SourceClock], at: datetime) -> tuple[SourceClock, ...]:
    """Those of the clocks that are late at this moment."""
    return tuple(clock for clock in clocks if clock.late_by(at))
