"""The life of licences: who applies for what and when, and which shops open and close.

Lawful by construction: room in the cell before a grant, the k-th place for the k-th in the queue, renewals early enough
to be decided before expiry. How an application is handled, and which licences result, are other modules'.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl.demo import applications, licences
from etl.demo.bureau import Bureau
from etl.demo.clock import APPLICATION_MONTHS, NEVER, NO_DAY, Clock, Days, at
from etl.demo.handling import Handling, Rows
from etl.demo.licences import DAYS_VALID
from etl.demo.market import CANCELLED, CLOSED, RECLAIMED, SUSPENDED, Cells, Shops, shops_for
from etl.demo.people import People
from etl.demo.procedure import (
    CHANGE,
    CLOSURE,
    GRANTED,
    NEW,
    RENEWAL,
    REPLACEMENT,
    RESUMPTION,
    SUSPENSION,
)  # fmt: skip
from etl.demo.records import Column, Records, runs, stack

NEW_A_YEAR, NEW_IN_FULL_CELL_A_YEAR = 0.042, 0.07
EXITS_A_YEAR, EX_OFFICIO_SHARE = 0.033, 0.15
FREE_A_YEAR = {CHANGE: 0.03, SUSPENSION: 0.01, REPLACEMENT: 0.007}
_LATEST, _EARLIEST = 78, 112
"""Days before a licence runs out, between which most apply for its renewal."""

_BLANKS: dict[str, Any] = {
    "type": 0, "cell": 0, "shop": -1, "licence": -1, "expires": NO_DAY, "submitted": NEVER, "queue": -1,
    "is_called": True, "floor": NO_DAY,
}  # fmt: skip


class Licensing:
    """What licensing leaves behind: the shops as they ended, and the two tables."""

    def __init__(
        self, rng: np.random.Generator, bureau: Bureau, people: People, cells: Cells, clock: Clock
    ) -> None:
        self.rng, self.bureau, self.people, self.cells, self.clock = rng, bureau, people, cells, clock
        self.handling = Handling(rng, people, cells, clock)
        self.weight = clock.season(APPLICATION_MONTHS)

    def run(self, factor: float) -> tuple[Shops, Records, Records]:
        """Shops, licence_application and licence; `factor` multiplies the applications that shops may repeat."""
        shops = self._starting_shops()
        closures = self.handling.handle(self._closures(shops))
        self._close(shops, closures)
        leaving = _leaving(shops, closures)
        others = [self._new_in_open_cells(), self._queued(shops)]
        others.append(self._renewals(shops, leaving, np.arange(len(shops.cell)), self.first_expiry))
        others += self._free(shops, factor)
        rows = {
            name: np.concatenate([column, closures[name]])
            for name, column in self.handling.handle(stack(others, _BLANKS)).items()
        }
        rows = _in_time(rows)
        shops = self._open_new(shops, rows)
        rows = self._renewed_again(shops, leaving, rows)
        self._occupancy(shops, rows)
        self._suspend(shops, rows)
        register = licences.records(self.rng, self.bureau, self.cells, self.first_expiry, shops, rows)
        table = applications.records(
            self.rng, self.bureau, self.people, self.cells, self.clock, rows, register["licence_no"]
        )
        return shops, table, register

    def queued(self, applications: Records) -> NDArray[np.int64]:
        """Applicants waiting in each cell on the last day."""
        waiting = (applications["queue_no"] > 0) & (applications["result"] < 0)
        return np.bincount(applications["cell_id"][waiting], minlength=len(self.cells.ids))

    def _starting_shops(self) -> Shops:
        cell = np.repeat(np.arange(len(self.cells.ids)), self.cells.started_with)
        self.first_expiry = self.clock.first_day + self.rng.integers(115, DAYS_VALID - 1, len(cell))
        opened = self.first_expiry - DAYS_VALID + 1
        return shops_for(self.rng, self.cells, cell, opened, np.full(len(cell), -1))

    def _closures(self, shops: Shops) -> Rows:
        """Shops that give up, by application; every seventh of them is closed ex officio instead."""
        count = self.rng.binomial(len(shops.cell), min(0.9, EXITS_A_YEAR * self.clock.years))
        shop = self.rng.choice(len(shops.cell), count, replace=False)
        day = self.clock.draw(self.rng, count, self.weight)
        is_ex_officio = self.rng.random(count) < EX_OFFICIO_SHARE
        gone = shop[is_ex_officio]
        shops.closed[gone] = day[is_ex_officio]
        shops.state[gone] = np.where(self.rng.random(len(gone)) < 0.5, CANCELLED, RECLAIMED)
        shop, day = shop[~is_ex_officio], day[~is_ex_officio]
        size = len(shop)
        group: Rows = {
            "type": np.full(size, CLOSURE),
            "cell": shops.cell[shop],
            "shop": shop,
            "licence": shop,
        }
        return stack([group | {"submitted": at(self.rng, day, 8.5, 11.5)}], _BLANKS)

    def _close(self, shops: Shops, closures: Rows) -> None:
        decided = closures["result"] == GRANTED
        shop = closures["shop"][decided]
        shops.closed[shop] = closures["decided"][decided].astype("M8[D]")
        shops.state[shop] = CLOSED

    def _new_in_open_cells(self) -> Rows:
        """New applicants where there is room; the capacity is set so that there is."""
        cells, rng = self.cells, self.rng
        wanted = rng.poisson(np.where(cells.is_full, 0, cells.started_with * NEW_A_YEAR * self.clock.years))
        cells.capacity = np.where(
            cells.is_full, cells.capacity, cells.started_with + wanted + 1 + rng.integers(0, 5, len(wanted))
        )
        cell = np.repeat(np.arange(len(wanted)), wanted)
        submitted = at(rng, self.clock.draw(rng, len(cell), self.weight), 8.5, 11.5)
        return {"type": np.full(len(cell), NEW), "cell": cell, "submitted": submitted}

    def _queued(self, shops: Shops) -> Rows:
        """New applicants in full cells: they queue, and the k-th is called when the k-th place is free."""
        cells, clock, rng = self.cells, self.clock, self.rng
        wanted = rng.poisson(
            np.where(cells.is_full, cells.started_with * NEW_IN_FULL_CELL_A_YEAR * clock.years, 0)
        )
        cell = np.repeat(np.arange(len(wanted)), wanted)
        submitted = at(rng, clock.draw(rng, len(cell), self.weight), 8.5, 11.5)
        submitted = submitted[np.lexsort([submitted, cell])]
        queue = runs(cell) + 1
        gone = np.flatnonzero(~np.isnat(shops.closed) & cells.is_full[shops.cell])
        grown = np.repeat(
            np.arange(len(wanted)), np.where(cells.is_full & ~np.isnat(cells.change_day), cells.change, 0)
        )
        freed_cell = np.r_[shops.cell[gone], grown]
        freed_day = np.r_[shops.closed[gone], cells.change_day[grown]]
        order = np.lexsort([freed_day, freed_cell])
        freed_cell, freed_day = freed_cell[order], freed_day[order]
        span = int(max(queue.max(initial=0), runs(freed_cell).max(initial=0))) + 2
        freed_key, key = freed_cell * span + runs(freed_cell) + 1, cell * span + queue
        place = np.searchsorted(freed_key, key)
        found = place < len(freed_key)
        found[found] = freed_key[place[found]] == key[found]
        floor = np.full(len(cell), NO_DAY)
        floor[found] = freed_day[place[found]]
        return {
            "type": np.full(len(cell), NEW), "cell": cell, "submitted": submitted, "queue": queue,
            "is_called": found, "floor": floor,
        }  # fmt: skip

    def _renewals(self, shops: Shops, leaving: Days, shop: Column, expiry: Days) -> Rows:
        """Of these shops' licences all that run out during the record, unless the shop closes first."""
        size = len(shop)
        untimely = self.rng.random(size) < 0.03
        lead = np.where(untimely, self.rng.integers(5, 29, size), self.rng.integers(_LATEST, _EARLIEST, size))
        day = self.clock.after(expiry - lead, 0)
        left = np.r_[leaving, np.full(len(shops.cell) - len(leaving), NO_DAY)][shop]
        due = np.flatnonzero((day <= self.clock.last_day) & (np.isnat(left) | (left > day + 100)))
        shop = shop[due]
        return {
            "type": np.full(len(shop), RENEWAL), "cell": shops.cell[shop], "shop": shop, "licence": shop,
            "expires": expiry[due], "submitted": at(self.rng, day[due], 8.5, 11.5),
        }  # fmt: skip

    def _renewed_again(self, shops: Shops, leaving: Days, rows: Rows) -> Rows:
        """With the renewals of licences that were granted within the record: there are some after 57 months."""
        found = [rows]
        while True:
            granted = (found[-1]["result"] == GRANTED) & np.isin(found[-1]["type"], (NEW, RENEWAL))
            expiry = licences.runs_out(found[-1]["decided"][granted])
            near = expiry - _EARLIEST <= self.clock.last_day
            if not near.any():
                return _in_time(stack(found, dict.fromkeys(rows, -1))) if len(found) > 1 else rows
            again = self._renewals(shops, leaving, found[-1]["shop"][granted][near], expiry[near])
            found.append(self.handling.handle(stack([again], _BLANKS)))

    def _free(self, shops: Shops, factor: float) -> list[Rows]:
        """Changes, replacements, and suspensions with the resumptions that follow them."""
        groups = []
        for kind, rate in FREE_A_YEAR.items():
            often = factor if kind != SUSPENSION else 1.0
            count = self.rng.poisson(len(shops.cell) * rate * self.clock.years * often)
            shop = self.rng.integers(0, len(shops.cell), count)
            if kind == SUSPENSION:
                shop = np.unique(shop)
            day = self.clock.draw(self.rng, len(shop), self.weight)
            back = self.clock.after(day + self.rng.integers(60, 300, len(shop)), 0)
            groups.append(self._group(shops, kind, shop, day))
            if kind == SUSPENSION:
                groups.append(
                    self._group(
                        shops,
                        RESUMPTION,
                        shop[back <= self.clock.last_day],
                        back[back <= self.clock.last_day],
                    )
                )
        return groups

    def _group(self, shops: Shops, kind: int, shop: Column, day: Days) -> Rows:
        stays = np.isnat(shops.closed[shop]) | (shops.closed[shop] > day + 20)
        shop, day = shop[stays], day[stays]
        submitted = at(self.rng, day, 8.5, 11.5)
        return {
            "type": np.full(len(shop), kind), "cell": shops.cell[shop], "shop": shop, "licence": shop,
            "submitted": submitted,
        }  # fmt: skip

    def _open_new(self, shops: Shops, rows: Rows) -> Shops:
        """Granted applicants become shops, in the order of their applications."""
        granted = np.flatnonzero((rows["type"] == NEW) & (rows["result"] == GRANTED))
        rows["exemption"] = np.where(
            (rows["type"] == NEW) & (rows["queue"] < 0) & (self.rng.random(len(rows["type"])) < 0.05),
            self.rng.integers(0, 3, len(rows["type"])), -1,
        ).astype(np.int8)  # fmt: skip
        rows["shop"][granted] = len(shops.cell) + np.arange(len(granted))
        added = shops_for(
            self.rng,
            self.cells,
            rows["cell"][granted],
            rows["decided"][granted].astype("M8[D]"),
            rows["exemption"][granted],
        )
        return Shops(
            **{name: np.concatenate([getattr(shops, name), getattr(added, name)]) for name in vars(shops)}
        )

    def _occupancy(self, shops: Shops, rows: Rows) -> None:
        """For each decided new application, shops and capacity of its cell just before the decision."""
        new = np.flatnonzero((rows["type"] == NEW) & (rows["result"] >= 0))
        gone = np.flatnonzero(~np.isnat(shops.closed))
        cell = np.r_[rows["cell"][new], shops.cell[gone]]
        moment = np.r_[rows["decided"][new], shops.closed[gone].astype("M8[s]") + 64000]
        change = np.r_[(rows["result"][new] == GRANTED).astype(np.int64), np.full(len(gone), -1)]
        order = np.lexsort([np.r_[rows["queue"][new], np.full(len(gone), -2)], moment, cell])
        running = np.cumsum(change[order])
        before = running - change[order]
        first = np.flatnonzero(runs(cell[order]) == 0)
        base = np.repeat(before[first], np.diff(np.r_[first, len(order)]))
        occupied = np.empty(len(order), dtype=np.int64)
        occupied[order] = self.cells.started_with[cell[order]] + before - base
        rows["occupied"] = np.full(len(rows["type"]), -1)
        rows["capacity"] = np.full(len(rows["type"]), -1)
        rows["occupied"][new] = occupied[: len(new)]
        rows["capacity"][new] = self.cells.capacity_on(
            rows["cell"][new], rows["decided"][new].astype("M8[D]")
        )

    def _suspend(self, shops: Shops, rows: Rows) -> None:
        done = rows["result"] == GRANTED
        stopped = rows["shop"][done & (rows["type"] == SUSPENSION)]
        resumed = rows["shop"][done & (rows["type"] == RESUMPTION)]
        idle = np.setdiff1d(stopped, resumed)
        shops.state[idle[shops.state[idle] == 0]] = SUSPENDED


def _leaving(shops: Shops, closures: Rows) -> Days:
    """When each shop closes, or asks to."""
    leaving = shops.closed.copy()
    leaving[closures["shop"]] = closures["submitted"].astype("M8[D]")
    return leaving


def _in_time(rows: Rows) -> Rows:
    order = np.argsort(rows["submitted"], kind="stable")
    return {name: column[order] for name, column in rows.items()}
