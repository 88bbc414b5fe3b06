"""The clocks that a number carries: the sources' as-of, when the snapshot was published, when the screen was drawn.

It exists so that lateness is decided in one place: a source is late once its as-of plus its cadence lies before
now. It must not draw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from model.warehouse import TIME_ZONE, Snapshot

_ZONE = ZoneInfo(TIME_ZONE)


@dataclass(frozen=True)
class SourceClock:
    """One source, of all or of one kind of record: until when it speaks and how often it promised to."""

    source: str
    name_zh: str
    name_en: str
    as_of: datetime | None
    cadence_days: int | None

    def late_by(self, now: datetime) -> timedelta | None:
        """How long its next delivery has been overdue; None while it is in time or promised nothing."""
        if self.as_of is None or self.cadence_days is None:
            return None
        overdue = now - self.as_of - timedelta(days=self.cadence_days)
        return overdue if overdue > timedelta() else None


def now() -> datetime:
    """This moment in the bureau's time, without zone, as the warehouse writes it."""
    return datetime.now(_ZONE).replace(tzinfo=None)


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
    )


def late_ones(clocks: Iterable[SourceClock], at: datetime) -> tuple[SourceClock, ...]:
    """Those of the clocks that are late at this moment."""
    return tuple(clock for clock in clocks if clock.late_by(at))
