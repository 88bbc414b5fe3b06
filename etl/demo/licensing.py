"""The life of licences: who applies for what, when each step is taken, and which licences result.

Lawful by construction: decided within the statutory limit, verified by two officers before the decision, notices once
and within five working days, capacity and the order of the queue kept, timely renewals decided before expiry. Only the
promised limit and the publication are missed now and then, equally often everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl.demo.bureau import Bureau
from etl.demo.clock import APPLICATION_MONTHS, NEVER, NO_DAY, Clock, Days, at
from etl.demo.market import CANCELLED, CLOSED, RECLAIMED, SUSPENDED, Cells, Shops, shops_for
from etl.demo.people import People, staff_ids
from etl.demo.records import Column, Records, choose, running_max, runs, stack

Rows = dict[str, Column]
TYPES = ("new", "change", "renewal", "suspension", "resumption", "closure", "replacement", "other")
NEW, CHANGE, RENEWAL, SUSPENSION, RESUMPTION, CLOSURE, REPLACEMENT, _ = range(8)
LICENCE_STATES = (
    "valid",
    "suspended",
    "closed",
    "reclaimed",
    "revoked",
    "withdrawn",
    "cancelled",
    "disqualified",
)
RESULTS = ("granted", "refused", "withdrawn", "terminated")
GRANTED, REFUSED, WITHDRAWN = 0, 1, 2

PROMISED_DAYS = np.array([8, 3, 5, 2, 2, 2, 1, 3])
FASTEST_DAYS = np.array([3, 1, 2, 0, 0, 0, 0, 1])
VERIFIED_SHARE = np.array([1.0, 0.35, 0.6, 0.0, 0.0, 0.0, 0.0, 0.0])
STATUTORY_DAYS = 20
LATE_SHARE = 0.035
LATE_PUBLICATION_SHARE = 0.015
SUPPLEMENT_SHARE = 0.12
EXTENSION_SHARE = 0.012

NEW_A_YEAR, NEW_IN_FULL_CELL_A_YEAR = 0.042, 0.07
EXITS_A_YEAR, EX_OFFICIO_SHARE = 0.033, 0.15
FREE_A_YEAR = {CHANGE: 0.03, SUSPENSION: 0.01, REPLACEMENT: 0.007}
_YEARS_VALID = 5 * 365

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
        self.numbers: list[str] = []
        self.weight = clock.season(APPLICATION_MONTHS)

    def run(self, factor: float) -> tuple[Shops, Records, Records]:
        """Shops, licence_application and licence; `factor` multiplies the applications that shops may repeat."""
        shops = self._starting_shops()
        closures = self._handle(self._closures(shops))
        self._close(shops, closures)
        others = [self._new_in_open_cells(), self._queued(shops), self._renewals(shops, closures)]
        others += self._free(shops, factor)
        rows = {
            name: np.concatenate([column, closures[name]])
            for name, column in self._handle(stack(others, _BLANKS)).items()
        }
        order = np.argsort(rows["submitted"], kind="stable")
        rows = {name: column[order] for name, column in rows.items()}
        shops = self._open_new(shops, rows)
        self._occupancy(shops, rows)
        self._suspend(shops, rows)
        licences = self._licences(shops, rows)
        return shops, self._records(rows, shops), licences

    def queued(self, applications: Records) -> NDArray[np.int64]:
        """Applicants waiting in each cell on the last day."""
        waiting = (applications["queue_no"] > 0) & (applications["result"] < 0)
        return np.bincount(applications["cell_id"][waiting], minlength=len(self.cells.ids))

    def _starting_shops(self) -> Shops:
        cell = np.repeat(np.arange(len(self.cells.ids)), self.cells.started_with)
        self.first_expiry = self.clock.first_day + self.rng.integers(115, _YEARS_VALID - 1, len(cell))
        opened = self.first_expiry - _YEARS_VALID + 1
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

    def _renewals(self, shops: Shops, closures: Rows) -> Rows:
        """Every licence that runs out during the record, unless its shop closes first."""
        size = len(self.first_expiry)
        untimely = self.rng.random(size) < 0.03
        lead = np.where(untimely, self.rng.integers(5, 29, size), self.rng.integers(78, 112, size))
        day = self.clock.after(self.first_expiry - lead, 0)
        leaving = shops.closed.copy()
        leaving[closures["shop"]] = closures["submitted"].astype("M8[D]")
        stays = np.isnat(leaving) | (leaving > day + 100)
        shop = np.flatnonzero((day <= self.clock.last_day) & stays)
        return {
            "type": np.full(len(shop), RENEWAL), "cell": shops.cell[shop], "shop": shop, "licence": shop,
            "expires": self.first_expiry[shop], "submitted": at(self.rng, day[shop], 8.5, 11.5),
        }  # fmt: skip

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

    def _handle(self, rows: Rows) -> Rows:
        """All steps of each application, in working days and office hours, as known on the last day."""
        clock, rng, kind = self.clock, self.rng, rows["type"]
        size = len(kind)
        submitted_day = rows["submitted"].astype("M8[D]")
        asked = rng.random(size) < SUPPLEMENT_SHARE
        notice_day = np.where(asked, clock.after(submitted_day, rng.integers(0, 5, size)), NO_DAY)
        ready = np.where(asked, clock.after(notice_day, rng.integers(1, 6, size)), submitted_day)
        called = np.where(np.isnat(rows["floor"]), ready, np.maximum(rows["floor"], ready))
        waits = np.where(np.isnat(rows["floor"]), rng.integers(0, 2, size), rng.integers(1, 5, size))
        accepted = at(rng, clock.after(called, waits), 11.55, 13.8)
        verified = rng.random(size) < VERIFIED_SHARE[kind]
        self._extensions(rows, kind, accepted)
        duration = self._durations(rows, kind, verified)
        decided = at(rng, clock.after(accepted.astype("M8[D]"), duration), 14, 17)
        accepted, decided = _in_queue_order(rows, accepted, decided)
        accepted[~rows["is_called"]] = decided[~rows["is_called"]] = NEVER
        rows |= {
            "notice": clock.to_end(np.where(asked, at(rng, np.where(asked, notice_day, submitted_day), 14, 17), NEVER)),
            "accepted": clock.to_end(accepted), "duration": duration, "verified": verified,
        }  # fmt: skip
        self._verification(rows, accepted, decided)
        self._outcome(rows, clock.to_end(decided))
        return rows

    def _extensions(self, rows: Rows, kind: Column, accepted: Days) -> None:
        """Extended by the head of the bureau before the limit ran out; hearings stop the clock."""
        size, rng = len(kind), self.rng
        extended = (rng.random(size) < EXTENSION_SHARE) & np.isin(kind, (NEW, RENEWAL)) & (rows["queue"] < 0)
        told = at(rng, self.clock.after(accepted.astype("M8[D]"), rng.integers(14, 19, size)), 9, 17)
        known = extended & (told <= self.clock.last_moment) & rows["is_called"]
        rows["extended"] = np.where(extended, rng.integers(5, 11, size), 0)
        rows["extension_known"] = known
        rows["extension_notice"] = np.where(known, told, NEVER)
        rows["suspended"] = np.where(
            (rng.random(size) < 0.006) & (kind == NEW) & ~extended, rng.integers(5, 16, size), 0
        )

    def _durations(self, rows: Rows, kind: Column, verified: Column) -> NDArray[np.int64]:
        """Working days from acceptance to decision, hearings included."""
        size, rng = len(kind), self.rng
        fastest = np.maximum(FASTEST_DAYS[kind], verified)
        usual = fastest + np.floor(rng.random(size) * (PROMISED_DAYS[kind] - fastest + 1)).astype(np.int64)
        late = np.minimum(PROMISED_DAYS[kind] + rng.integers(1, 9, size), STATUTORY_DAYS - 1)
        days = np.where(rng.random(size) < LATE_SHARE, late, usual)
        beyond = STATUTORY_DAYS + np.maximum(
            1, np.floor(rng.random(size) * rows["extended"]).astype(np.int64)
        )
        return np.where(rows["extended"] > 0, beyond, days) + rows["suspended"]

    def _verification(self, rows: Rows, accepted: Days, decided: Days) -> None:
        """Two officers in rotation, on a working day after acceptance, in the morning of the decision at the latest."""
        clock, rng, verified = self.clock, self.rng, rows["verified"]
        size = len(verified)
        first, last = accepted.astype("M8[D]"), decided.astype("M8[D]")
        span = np.maximum(1, clock.between(first, last))
        day = clock.after(first, 1 + np.floor(rng.random(size) * np.minimum(span, 6)).astype(np.int64))
        started = np.where(
            verified & rows["is_called"],
            at(rng, np.where(np.isnat(day), clock.first_day, day), 9, 10.5),
            NEVER,
        )
        started = clock.to_end(started)
        rows["verification_started"] = started
        rows["verification_ended"] = started + rng.integers(18 * 60, 70 * 60, size)
        unit = self.cells.unit[rows["cell"]]
        pair = self.people.pair(
            unit, np.where(np.isnat(started), clock.last_day, started), rng.integers(0, 10**6, size)
        )
        rows["verifiers"] = np.where(np.isnat(started)[:, None], -1, pair)

    def _outcome(self, rows: Rows, decided: Days) -> None:
        """Granted, refused with its reasons, or withdrawn; nothing where it is still open on the last day."""
        size, rng, clock = len(decided), self.rng, self.clock
        may_fail = np.where(rows["type"] == NEW, 0.09, 0.01) * (rows["queue"] < 0) * (rows["type"] != CLOSURE)
        draw = rng.random(size)
        result = np.where(draw < may_fail * 0.65, REFUSED, np.where(draw < may_fail, WITHDRAWN, GRANTED))
        known = ~np.isnat(decided)
        rows["decided"], rows["result"] = decided, np.where(known, result, -1).astype(np.int8)
        day = np.where(known, decided.astype("M8[D]"), clock.last_day)
        review = day.astype("M8[s]") + rng.integers(13 * 3600 + 3100, 14 * 3600, size)
        rows["reviewed"] = np.where(known, review, NEVER)
        concluded = known & (result != WITHDRAWN)
        delivered = at(rng, clock.after(day, rng.integers(0, 8, size)), 17, 18)
        late = rng.random(size) < LATE_PUBLICATION_SHARE
        wait = np.where(late, rng.integers(8, 16, size), rng.integers(0, 7, size))
        published = at(rng, clock.after(day, wait), 17, 18)
        rows["delivered"] = clock.to_end(np.where(concluded, delivered, NEVER))
        rows["published"] = clock.to_end(np.where(concluded, published, NEVER))

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

    def _licences(self, shops: Shops, rows: Rows) -> Records:
        """licence: the first one of every shop, then the renewed ones; a renewal cancels the licence it replaces."""
        size = len(shops.cell)
        renewed = np.flatnonzero((rows["type"] == RENEWAL) & (rows["result"] == GRANTED))
        shop = np.r_[np.arange(size), rows["shop"][renewed]]
        issued = np.r_[shops.opened, rows["decided"][renewed].astype("M8[D]")]
        expires = issued + _YEARS_VALID - 1
        expires[: len(self.first_expiry)] = self.first_expiry
        replaced_on = np.full(len(shop), NO_DAY)
        replaced_on[rows["shop"][renewed]] = rows["decided"][renewed].astype("M8[D]")
        state = np.choose(shops.state[shop], (0, 1, 2, 6, 3))
        changed = np.where(shops.state[shop] >= CLOSED, shops.closed[shop], NO_DAY)
        state = np.where(np.isnat(replaced_on), state, 6)
        changed = np.where(np.isnat(replaced_on), changed, replaced_on)
        basis = np.select(
            [~np.isnat(replaced_on), shops.state[shop] == CLOSED, shops.state[shop] > CLOSED], [0, 1, 2], -1
        )
        self._name_licences(rows, renewed, size)
        county = self.bureau.county[self.cells.unit[shops.cell[shop]]]
        self.numbers = licence_numbers(self.bureau, county)
        return Records(
            {
                "licence_no": np.arange(len(shop)), "retailer_id": shop, "scope": self._scopes(len(shop)),
                "issued_on": issued, "expires_on": expires, "state": state.astype(np.int8),
                "state_changed_on": changed, "state_change_basis": basis.astype(np.int8), "issuing_unit_id": county,
            },
            words={
                "licence_no": self.numbers, "scope": ("cigarette", "cigar", "e_cigarette"),
                "state": LICENCE_STATES, "issuing_unit_id": self.bureau.ids,
                "state_change_basis": ("延续换发新证，原证注销", "持证人申请歇业", "《烟草专卖许可证管理办法》"),
            },
            formats={"retailer_id": "R%08d"},
        )  # fmt: skip

    def _scopes(self, size: int) -> Column:
        """Cigarettes, for some cigars as well."""
        return np.column_stack([np.zeros(size, dtype=np.int8), np.where(self.rng.random(size) < 0.4, 1, -1)])

    def _name_licences(self, rows: Rows, renewed: Column, shops: int) -> None:
        """Applications after a renewal are about the renewed licence."""
        number = np.full(shops, -1)
        since = np.full(shops, np.datetime64("9999-01-01", "s"))
        number[rows["shop"][renewed]] = shops + np.arange(len(renewed))
        since[rows["shop"][renewed]] = rows["decided"][renewed]
        known = rows["licence"] >= 0
        shop = np.maximum(rows["shop"], 0)
        rows["licence"] = np.where(known & (rows["submitted"] > since[shop]), number[shop], rows["licence"])

    def _records(self, rows: Rows, shops: Shops) -> Records:
        """licence_application, in the order of submission."""
        rng, size, unit = self.rng, len(rows["type"]), self.cells.unit[rows["cell"]]
        is_new, known = rows["type"] == NEW, rows["result"] >= 0
        near = self.cells.spacing[rows["cell"]]
        exempt, refused = rows["exemption"] >= 0, rows["result"] == REFUSED
        reason = np.where(refused, np.where(is_new, choose(rng, size, (5, 2, 2, 1)), 2), -1)
        outlet = np.where(exempt, near // 2 + rng.integers(1, 10, size), near + rng.integers(0, 200, size))
        outlet = np.where(reason == 0, near - rng.integers(1, 15, size), outlet)
        school = np.where(reason == 1, rng.integers(5, 50, size), 50 + rng.integers(0, 700, size))
        measured = is_new & ~np.isnat(rows["verification_ended"])
        agent = np.where(
            rng.random(size) < 0.07, self.bureau.county[unit] * 100 + rng.integers(0, 14, size), -1
        )
        epoch = self.people.epoch(np.where(known, rows["decided"], self.clock.last_moment))
        extension = rows["extension_known"]
        values: dict[str, Column] = {
            "application_no": np.arange(1, size + 1), "unit_id": unit, "cell_id": rows["cell"],
            "retailer_id": rows["shop"], "application_type": rows["type"], "channel": choose(rng, size, (45, 20, 20, 8, 7)),
            "agent_hash": agent, "applicant_check_hash": rng.integers(0, 10_000, size), "submitted_at": rows["submitted"],
            "supplement_notice_at": rows["notice"],
            "supplement_count": np.where(np.isnat(rows["notice"]), 0, 1), "licence_no": rows["licence"],
            "previous_expires_on": rows["expires"], "accepted_at": rows["accepted"], "queue_no": rows["queue"],
            "queue_joined_at": np.where(rows["queue"] > 0, rows["submitted"] + 300, NEVER),
            "queue_skip_reason": np.full(size, -1), "is_verification_required": rows["verified"].astype(np.int8),
            "verification_started_at": rows["verification_started"],
            "verification_ended_at": rows["verification_ended"], "first_verifier_id": rows["verifiers"][:, 0],
            "second_verifier_id": rows["verifiers"][:, 1], "nearest_outlet_metres": np.where(measured, outlet, -1),
            "nearest_school_metres": np.where(measured, school, -1),
            "required_spacing_metres": np.where(measured, near, -1),
            "required_school_metres": np.where(measured, 50, -1), "measure_method": np.where(measured, 1, -1),
            "capacity_at_decision": rows["capacity"], "occupied_at_decision": rows["occupied"],
            "exemption_code": rows["exemption"], "is_exemption_proof_verified": np.where(exempt & known, 1, -1).astype(np.int8),
            "extended_working_days": np.where(extension, rows["extended"], -1),
            "extension_approver_id": np.where(extension, self.people.decider[epoch, unit], -1),
            "extension_reason": np.where(extension, rng.integers(0, 3, size), -1),
            "extension_notice_at": rows["extension_notice"],
            "suspended_working_days": np.where(rows["suspended"] > 0, rows["suspended"], -1),
            "reviewed_at": rows["reviewed"], "reviewer_id": np.where(known, self.people.head[epoch, unit], -1),
            "decided_at": rows["decided"], "decider_id": np.where(known, self.people.decider[epoch, unit], -1),
            "result": rows["result"], "refusal_reason": reason, "refusal_basis": np.where(refused, 0, -1),
            "has_remedy_notice": np.where(refused, 1, -1).astype(np.int8), "delivered_at": rows["delivered"],
            "published_at": rows["published"], "promised_working_days": PROMISED_DAYS[rows["type"]],
            "statutory_working_days": np.full(size, STATUTORY_DAYS),
        }  # fmt: skip
        people, officers = self.bureau.ids, staff_ids(self.people)
        named = (
            "first_verifier_id",
            "second_verifier_id",
            "extension_approver_id",
            "reviewer_id",
            "decider_id",
        )
        return Records(
            values,
            words=dict.fromkeys(named, officers)
            | {
                "unit_id": people, "cell_id": self.cells.ids, "application_type": TYPES, "result": RESULTS,
                "channel": ("window", "national_platform", "provincial_portal", "self_service_terminal", "wechat_account"),
                "queue_skip_reason": ("申请人放弃",), "measure_method": ("straight_line", "shortest_walk"),
                "exemption_code": ("disability", "military_or_martyr_family", "subsistence_allowance", "other"),
                "extension_reason": ("需进一步核实经营场所", "需核对布局规划", "申请材料需要核验"),
                "refusal_reason": ("layout_not_met", "near_school", "no_fixed_or_separate_premises", "safety"),
                "refusal_basis": ("《中华人民共和国烟草专卖法实施条例》第九条",), "licence_no": self.numbers,
            },
            formats={"application_no": "XK%09d", "retailer_id": "R%08d"},
            hashed={"agent_hash": "demo-agent-%d", "applicant_check_hash": "demo-check-%d"},
        )  # fmt: skip


def _in_queue_order(rows: Rows, accepted: Days, decided: Days) -> tuple[Days, Days]:
    """Within a cell nobody in the queue is accepted or decided before an earlier number."""
    waiting = np.flatnonzero((rows["queue"] > 0) & rows["is_called"])
    waiting = waiting[np.lexsort([rows["queue"][waiting], rows["cell"][waiting]])]
    for moments in (accepted, decided):
        base = moments[waiting].min() if len(waiting) else np.datetime64(0, "s")
        seconds = (moments[waiting] - base).astype(np.int64)
        moments[waiting] = base + running_max(rows["cell"][waiting], seconds)
    return accepted, decided


def licence_numbers(bureau: Bureau, county: Column) -> list[str]:
    """Twelve digits: region, kind of holder, serial within the county."""
    order = np.argsort(county, kind="stable")
    serial = np.empty(len(county), dtype=np.int64)
    serial[order] = runs(county[order]) + 1
    return [
        f"{bureau.region[c]}{1 + (s % 12 == 0)}{s:05d}"
        for c, s in zip(county.tolist(), serial.tolist(), strict=True)
    ]
