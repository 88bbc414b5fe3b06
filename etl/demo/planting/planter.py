"""The tools of planting: pick a unit, pick rows nothing else was planted in, write down what was done.

It changes rows that exist and never adds or removes any, so that volumes stay as they were. Whether a change can be
found by statistics is computed from the unit's own volume (see `power`), never claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from etl.demo.clock import Days
from etl.demo.planting import power
from etl.demo.records import Column, Records
from etl.demo.world import World

Kind = Literal["breach", "shift", "outlier", "pattern", "revision"]
Mask = NDArray[np.bool_]
KEYS = {
    "licence_application": "application_no", "inspection": "inspection_no", "enforcement_case": "case_no",
    "complaint": "ticket_no", "evaluation": "evaluation_id", "activity": "activity_id", "checklist": "item_id",
    "warning": "warning_id", "vault_access": "access_id", "retailer": "retailer_id", "staff": "staff_id",
}  # fmt: skip
SHIFT_MONTHS = 9


@dataclass(frozen=True)
class Planted:
    """One irregularity. `records`: keys in `table`; `size`: what changed; `also`: indicators that move with it."""

    indicator: str
    kind: Kind
    unit: str
    subject: str
    months: list[str]
    table: str
    records: list[str]
    detectable: bool
    size: dict[str, Any]
    also: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For truth.json."""
        return asdict(self)


class Planter:
    """The world under planting: units in turn, rows in use, and the list of what was planted."""

    def __init__(self, rng: np.random.Generator, world: World) -> None:
        self.rng, self.world, self.clock = rng, world, world.clock
        self.planted: list[Planted] = []
        self.used: dict[str, Mask] = {name: np.zeros(len(t), dtype=bool) for name, t in world.tables.items()}
        offices = world.bureau.offices
        by_size = offices[np.argsort(-world.bureau.retailers[offices], kind="stable")]
        self._offices = rng.permutation(offices).tolist()
        self._large = rng.permutation(by_size[: (len(by_size) + 2) // 3]).tolist()
        self._brigades = rng.permutation(np.flatnonzero(world.bureau.kind == 4)).tolist()
        relations = world.tables["staff_relation"]
        self.related_shops = relations["retailer_id"]
        months = self.clock.months
        self.recent = months[max(0, len(months) - 12) :]
        self.shifted = months[max(len(months) // 2, len(months) - SHIFT_MONTHS) :]

    def office(self) -> int:
        """The next office in turn."""
        self._offices = self._offices[1:] + self._offices[:1]
        return int(self._offices[-1])

    def large_office(self) -> int:
        """The next of the largest offices, for what happens seldom."""
        self._large = self._large[1:] + self._large[:1]
        return int(self._large[-1])

    def brigade(self) -> int:
        """The next inspection brigade."""
        self._brigades = self._brigades[1:] + self._brigades[:1]
        return int(self._brigades[-1])

    def name(self, unit: int) -> str:
        """The code of a unit."""
        return self.world.bureau.ids[unit]

    def within(self, moments: Days, months: Sequence[str]) -> Mask:
        """Which moments or days lie in a run of months; NaT never does."""
        month = moments.astype("M8[M]")
        return np.asarray(
            (month >= np.datetime64(months[0], "M")) & (month <= np.datetime64(months[-1], "M"))
        )

    def free(self, table: str, mask: Mask) -> NDArray[np.int64]:
        """The rows of a mask in which nothing was planted yet."""
        return np.flatnonzero(mask & ~self.used[table])

    def sample(self, rows: Column, count: int) -> NDArray[np.int64]:
        """Up to `count` of the rows, in order."""
        return np.sort(self.rng.choice(rows, min(count, len(rows)), replace=False)).astype(np.int64)

    def keys(self, table: str, rows: Column) -> list[str]:
        """The keys of some rows as they stand in the file."""
        records: Records = self.world.tables[table]
        if table == "supply_month":
            parts = [records.text(name, rows) for name in ("month", "unit_id", "supply_tier", "rule_id")]
            return ["/".join(key) for key in zip(*parts, strict=True)]
        return records.text(KEYS[table], rows)

    def note(
        self,
        indicator: str,
        kind: Kind,
        unit: int,
        table: str,
        rows: Column,
        months: Sequence[str],
        *,
        subject: str = "unit",
        detectable: bool = True,
        size: dict[str, Any] | None = None,
        also: Sequence[str] = (),
    ) -> None:
        """Write one planted thing down and keep its rows from being used again; nothing planted, nothing noted."""
        if not len(rows):
            return
        self.used[table][rows] = True
        records = sorted(set(self.keys(table, rows)))
        self.planted.append(
            Planted(indicator, kind, self.name(unit), subject, list(months), table, records, detectable,
                    size or {"records": len(records)}, list(also))
        )  # fmt: skip

    def breach(
        self,
        indicator: str,
        table: str,
        mask: Mask,
        moments: Days,
        change: Callable[[NDArray[np.int64]], None],
        unit: int,
        *,
        count: int = 4,
        unit_column: str = "unit_id",
        also: Sequence[str] = (),
    ) -> None:
        """Break a rule in a few records of the last twelve months, or of any time where these hold none."""
        own = mask & (self.world.tables[table][unit_column] == unit)
        rows = self.free(table, own & self.within(moments, self.recent))
        if len(rows) < max(1, count // 2):
            rows = self.free(table, own & ~np.isnat(moments))
        if not len(rows):
            rows = self.free(table, mask & ~np.isnat(moments))[:1]
            unit = int(self.world.tables[table][unit_column][rows[0]]) if len(rows) else unit
        picked = self.sample(rows, count)
        if not len(picked):
            return
        months = sorted({str(month) for month in moments[picked].astype("M8[M]")})
        change(picked)
        self.note(indicator, "breach", unit, table, picked, months, also=also)

    def shift(
        self,
        indicator: str,
        table: str,
        mask: Mask,
        moments: Days,
        change: Callable[[NDArray[np.int64]], None],
        unit: int,
        *,
        share: float,
        base: float,
        kind: Kind = "shift",
        months: Sequence[str] | None = None,
        also: Sequence[str] = (),
        subject: str = "unit",
        is_shown: bool = True,
        observed: int | None = None,
    ) -> None:
        """Worsen a share of a unit's rows in a run of months; `base` is the share that is bad by nature.

        moments: the days on which the indicator counts the rows. is_shown: false where it shows no value of them.
        observed: what the indicator's minimum counts, where that is not the rows.
        """
        span = list(months or self.shifted)
        rows = self.free(table, mask & self.within(moments, span))
        if not len(rows):
            span = self.clock.months
            rows = self.free(table, mask & ~np.isnat(moments))
        picked = rows[self.rng.random(len(rows)) < share]
        first = self.within(moments, span[:3])
        trials = int(first[rows].sum())
        change(picked)
        size = self.size(indicator, unit, trials, base, base + share * (1 - base), observed)
        found = is_shown and size["power"] >= power.POWER
        self.note(
            indicator,
            kind,
            unit,
            table,
            picked,
            span,
            detectable=found,
            size=size,
            also=also,
            subject=subject,
        )

    def size(
        self,
        indicator: str,
        unit: int,
        trials: int,
        usual: float,
        changed: float,
        observed: int | None = None,
    ) -> dict[str, Any]:
        """The size of a change of a share, and with which power three months show it."""
        found = power.of_share(indicator, trials, usual, changed, self.peers(unit), observed)
        return {"from": usual, "to": round(changed, 4), "observations": trials, "power": round(found, 3)}

    def peers(self, unit: int) -> int:
        """How many units there are of the unit's kind, itself included."""
        kind = self.world.bureau.kind
        return int((kind == kind[unit]).sum())

    def table(self, name: str) -> Records:
        """One of the tables under planting."""
        return self.world.tables[name]
