"""What a report is of: one unit and month of one snapshot, with what several sections read of it.

The same reads and the same judged lines as the pages, so that a report says what they say. It must not word anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from model.indicators import catalogue
from model.process import processes
from model.warehouse import Snapshot
from pages.parts import judged, labels, monthly, portraiture, running, tree
from pages.parts.frame import View
from pages.parts.judged import Line
from pages.parts.monthly import Coverage
from pages.parts.portraiture import Portrait
from pages.parts.reads import indicators, portraits, records
from pages.parts.reads import processes as process_reads
from pages.parts.running import Run
from pages.parts.words import Language, Words

MONTHS = 24
"""How many months a small chart shows: as on the pages."""


@dataclass(frozen=True)
class Subject:
    """One unit and month of one snapshot, in one language, at one moment."""

    view: View
    unit_id: str
    month: date

    @property
    def words(self) -> Words:
        return self.view.words

    @property
    def snapshot(self) -> Snapshot:
        return self.view.snapshot

    @cached_property
    def unit_name(self) -> str:
        return records.unit_name(self.snapshot, self.unit_id)

    @cached_property
    def path(self) -> list[str]:
        """The unit and all above it, the root first."""
        return [*tree.ancestors(records.every_unit(self.snapshot), self.unit_id), self.unit_id]

    @property
    def months(self) -> Sequence[date]:
        return monthly.span(self.month, MONTHS)

    @cached_property
    def coverage(self) -> Mapping[str, Coverage]:
        return records.coverage(self.snapshot, self.unit_id)

    @cached_property
    def counts(self) -> Mapping[str, Mapping[date, int]]:
        return records.volume(self.snapshot, self.unit_id)

    @cached_property
    def lines(self) -> Sequence[Line]:
        """Every declared indicator, in its dimension."""
        months = self.months
        found = judged.lines(
            catalogue().indicators.values(),
            indicators.of_unit(self.snapshot, self.unit_id, months[0], self.month),
            indicators.states(self.snapshot),
            indicators.windows(self.snapshot, self.unit_id, monthly.last_day(self.month)),
            months,
        )
        return judged.order(found, "dimension")

    @cached_property
    def runs(self) -> Sequence[Run]:
        """Every process that has something to tell of the month."""
        found = []
        for process in processes().items:
            rows = tuple(labels.records(process_reads.of_unit(self.snapshot, self.unit_id, process.id)))
            window = running.usual(running.windows(rows, self.month))
            run = Run(self.view, process, self.unit_id, self.unit_name, rows, self.month, window)
            found += [run] if run.steps else []
        return found

    @cached_property
    def portrait(self) -> Portrait | None:
        """The unit's portrait at the month's end, else the newest one before; None without any."""
        own = portraits.of_subject(self.snapshot, portraits.UNIT, self.unit_id)
        months = [one for one in portraiture.months(own) if one <= self.month] if len(own) else []
        if not months:
            return None
        end, level = portraiture.end_of(own, months[0]), str(own["level"].iloc[0])
        return portraiture.compose(
            self.unit_name,
            own,
            portraits.of_level(self.snapshot, portraits.UNIT, level, end),
            end,
            portraits.kinds(self.snapshot),
        )


def newest_month(snapshot: Snapshot, unit_id: str) -> date | None:
    """The newest whole month that a source of the unit speaks of, else the newest that one has begun."""
    return monthly.newest(records.coverage(snapshot, unit_id).values())


def of(snapshot: Snapshot, unit_id: str, month: date, language: Language, now: datetime) -> Subject:
    """The subject of a report that is made now."""
    return Subject(View(snapshot, Words(language), now), unit_id, month)
