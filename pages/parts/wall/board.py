"""What one drawing of a wall is made from: the snapshot, the site, the language, the shape, and the unit shown.

It exists so that a scene is a function of one value. It must not draw and must not import Streamlit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

import pandas as pd

from model.warehouse import Snapshot
from pages.parts import clocks, tree
from pages.parts import words as written
from pages.parts.clocks import SourceClock
from pages.parts.reads import screen
from pages.parts.wall.site import Shape, Site
from pages.parts.words import Words

PUBLIC_SCENES = ("operation", "trends", "cells", "building")
"""What a window hall may show; portraits and warnings are for the office."""


@dataclass(frozen=True)
class Board:
    """One drawing to be made."""

    snapshot: Snapshot
    site: Site
    asked: tuple[str, ...]
    words: Words
    shape: Shape
    day: date
    """On which it is drawn: a display draws anew each day."""

    @property
    def is_wide(self) -> bool:
        return self.shape == "32x9"

    @property
    def is_public(self) -> bool:
        return self.site.mode == "public"

    @property
    def scenes(self) -> tuple[str, ...]:
        """Those of the scenes asked for that the site's mode allows."""
        return tuple(one for one in self.asked if not self.is_public or one in PUBLIC_SCENES)

    @cached_property
    def units(self) -> pd.DataFrame:
        return screen.units(self.snapshot)

    @cached_property
    def unit_id(self) -> str:
        """The unit that the site names, else the highest that has something to compare below it."""
        if self.units.empty:
            return ""
        return self.site.unit_id or tree.default_unit(self.units)

    @property
    def unknown_unit(self) -> str | None:
        """The unit that the site names where the snapshot knows units, and not this one: no other takes its place."""
        named = self.site.unit_id
        return named if named and not self.units.empty and named not in self.names else None

    @cached_property
    def names(self) -> dict[str, str]:
        """Every unit's name."""
        return {} if self.units.empty else dict(zip(self.units["unit_id"], self.units["name"], strict=True))

    @property
    def unit_name(self) -> str:
        return self.names.get(self.unit_id, self.unknown_unit or "")

    @cached_property
    def below(self) -> frozenset[str]:
        """The unit and all units under it."""
        return screen.below(self.snapshot, self.unit_id)

    def branch_of(self, unit_id: str) -> str:
        """The unit directly below the wall's unit to which this one belongs; the unit itself where it is no part."""
        parents = dict(zip(self.units["unit_id"], self.units["parent_unit_id"], strict=True))
        at = unit_id
        while parents.get(at) in self.below and parents[at] != self.unit_id:
            at = str(parents[at])
        return at

    @cached_property
    def clocks(self) -> tuple[SourceClock, ...]:
        return tuple(clocks.of_snapshot(self.snapshot).values())

    def sources(self, tables: Iterable[str]) -> list[SourceClock]:
        """The sources that deliver any of these kinds of record."""
        found = [one for table in tables for one in clocks.of_kind(self.clocks, table)]
        return list(dict.fromkeys(found))

    def as_of(self, tables: Sequence[str]) -> datetime | None:
        """Until when these kinds of record are all known: the slowest source counts."""
        return min((one.as_of for one in self.sources(tables) if one.as_of), default=None)

    @property
    def published(self) -> datetime | None:
        return clocks.moment_of(self.snapshot.manifest.get("published_at"))

    def moment(self, when: datetime | None) -> str:
        """A moment on the wall: the day alone where it is the whole day that counts."""
        if when is not None and (when.hour, when.minute) in ((23, 59), (0, 0)):
            return when.strftime("%m-%d" if when.year == self.day.year else "%Y-%m-%d")
        return written.moment(when, datetime.combine(self.day, time.min))
