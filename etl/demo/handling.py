"""The steps of an application: accepted, verified, reviewed, decided, delivered, published.

In working days and office hours, as the last recorded day knows them, and lawful by construction: within the statutory
limit, verified by two officers before the decision, notices once and in time, the queue in its order. Who applies for
what is decided elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.demo.clock import NEVER, NO_DAY, Clock, Days, at
from etl.demo.market import Cells
from etl.demo.people import People
from etl.demo.procedure import (
    CLOSURE,
    EXTENSION_SHARE,
    FASTEST_DAYS,
    GRANTED,
    LATE_PUBLICATION_SHARE,
    LATE_SHARE,
    NEW,
    PROMISED_DAYS,
    REFUSED,
    RENEWAL,
    STATUTORY_DAYS,
    SUPPLEMENT_SHARE,
    VERIFIED_SHARE,
    WITHDRAWN,
)  # fmt: skip
from etl.demo.records import Column, running_max

Rows = dict[str, Column]


class Handling:
    """How a bureau handles applications: its people, its cells, its calendar."""

    def __init__(self, rng: np.random.Generator, people: People, cells: Cells, clock: Clock) -> None:
        self.rng, self.people, self.cells, self.clock = rng, people, cells, clock

    def handle(self, rows: Rows) -> Rows:
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


def _in_queue_order(rows: Rows, accepted: Days, decided: Days) -> tuple[Days, Days]:
    """Within a cell nobody in the queue is accepted or decided before an earlier number."""
    waiting = np.flatnonzero((rows["queue"] > 0) & rows["is_called"])
    waiting = waiting[np.lexsort([rows["queue"][waiting], rows["cell"][waiting]])]
    for moments in (accepted, decided):
        base = moments[waiting].min() if len(waiting) else np.datetime64(0, "s")
        seconds = (moments[waiting] - base).astype(np.int64)
        moments[waiting] = base + running_max(rows["cell"][waiting], seconds)
    return accepted, decided
