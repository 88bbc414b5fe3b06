"""Checks of shops: planned visits in rotation, drawn checks, and checks that follow a clue.

Lawful by construction: two certified officers who rotate, a plan, clue or approval behind every check, no shop above
its yearly cap. Records, positions, corrections and draws are imperfect at one rate, the same in every unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl.demo.bureau import Bureau
from etl.demo.clock import INSPECTION_MONTHS, NO_DAY, Clock, Days, at
from etl.demo.market import VISITS_A_YEAR, Cells, Shops
from etl.demo.people import People, staff_ids
from etl.demo.records import Column, Records, choose

KINDS = ("routine", "special", "double_random", "case_specific", "joint", "post_licensing", "other")
ROUTINE, SPECIAL, DOUBLE_RANDOM, CASE_SPECIFIC, JOINT, POST_LICENSING, _ = range(7)
ITEMS = (
    "licence", "supply_channel", "genuineness", "marked_price", "minor_protection_sign", "e_cigarette",
    "display", "other",
)  # fmt: skip
RESULTS = ("no_issue", "ordered_to_correct", "case_filed", "transferred", "other")
NO_ISSUE, CORRECT, FILED = 0, 1, 2

SKIPPED_SHARE = 0.05
BRIGADE_SHARE = 0.04
ISSUE_SHARES = np.array([0.20, 0.11, 0.07])
INCOMPLETE_SHARE = 0.018
HASTY_SHARE = 0.012
POSITION_SHARE = 0.93
REDRAWN_SHARE = 0.03
NOT_CARRIED_OUT_SHARE = 0.012
LATE_CORRECTION_SHARE = 0.035
_METRE_DEGREES = 1 / 111_000


@dataclass
class Clues:
    """Clues that came from outside, by position: `found` says whether the check that followed found anything.

    `shop` is -1 where no licensed retailer was concerned. `unit` handles the clue.
    """

    number: NDArray[np.int64]
    unit: NDArray[np.int64]
    shop: NDArray[np.int64]
    received: Days
    checked: Days
    found: NDArray[np.bool_]


def set_caps(shops: Shops, factor: float) -> None:
    """The yearly cap of every shop: a little more than its plan asks for."""
    shops.cap = np.ceil(VISITS_A_YEAR[shops.risk] * factor).astype(np.int64) + 3


def build(
    rng: np.random.Generator,
    bureau: Bureau,
    people: People,
    cells: Cells,
    shops: Shops,
    clock: Clock,
    clues: Clues,
    factor: float,
) -> Records:
    """inspection, in the order of time."""
    shop, day, turn = _visits(rng, shops, clock, factor)
    size, extra = len(shop), len(clues.number)
    unit = cells.unit[shops.cell[shop]]
    unit = np.where(rng.random(size) < BRIGADE_SHARE, bureau.brigade[unit], unit)
    kind = np.array([ROUTINE, SPECIAL, DOUBLE_RANDOM, JOINT, POST_LICENSING])[
        choose(rng, size, (63, 11, 17, 3, 6))
    ]
    started = np.r_[at(rng, day, 8.7, 17), clues.checked]
    columns = {
        "shop": np.r_[shop, clues.shop],
        "unit": np.r_[unit, clues.unit],
        "kind": np.r_[kind, np.full(extra, CASE_SPECIFIC)],
        "clue": np.r_[np.full(size, -1), clues.number],
        "found": np.r_[np.zeros(size, dtype=bool), clues.found],
        "turn": np.r_[turn, rng.integers(0, 10**6, extra)],
    }
    order = np.argsort(started, kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    return _records(rng, bureau, people, shops, clock, columns, started[order])


def _visits(
    rng: np.random.Generator, shops: Shops, clock: Clock, factor: float
) -> tuple[NDArray[np.int64], Days, NDArray[np.int64]]:
    """Shop, day and turn of every planned visit: at regular intervals of working time, with some left out.

    Intervals are counted in seasonal time, in which a year has 365 units: few visits at the festival, many in December.
    """
    weight = clock.season(INSPECTION_MONTHS)
    elapsed = np.cumsum(weight, dtype=float)
    scale = clock.years * 365 / (elapsed[-1] or 1.0)  # of days off alone
    interval = 365 / (VISITS_A_YEAR[shops.risk] * factor)
    opened = np.maximum((shops.opened - clock.first_day).astype(np.int64), 0)
    last = (np.where(np.isnat(shops.closed), clock.last_day, shops.closed - 1) - clock.first_day).astype(
        np.int64
    )
    first_unit, last_unit = (
        elapsed[np.clip(opened, 0, len(elapsed) - 1)],
        elapsed[np.clip(last, 0, len(elapsed) - 1)],
    )
    first_unit = np.where(opened > 0, first_unit, 0.0) * scale
    count = np.maximum(0, np.floor((last_unit * scale - first_unit) / interval + 1).astype(np.int64))
    shop = np.repeat(np.arange(len(interval)), count)
    number = np.arange(len(shop)) - np.repeat(np.cumsum(count) - count, count)
    phase = rng.random(len(interval))[shop]
    jitter = rng.uniform(-0.12, 0.12, len(shop))
    moment = (first_unit[shop] + (number + phase + jitter) * interval[shop]) / scale
    place = np.searchsorted(elapsed, moment, side="right")
    kept = (moment >= 0) & (place < len(elapsed)) & (rng.random(len(shop)) >= SKIPPED_SHARE)
    kept &= place > np.where(opened[shop] > 0, opened[shop], -1)
    kept &= place <= last[shop]
    turn = number + rng.integers(0, 10_000, len(interval))[shop]
    return shop[kept], clock.first_day + place[kept], turn[kept]


def _records(
    rng: np.random.Generator,
    bureau: Bureau,
    people: People,
    shops: Shops,
    clock: Clock,
    columns: dict[str, Column],
    started: Days,
) -> Records:
    size, kind, unit, shop = len(started), columns["kind"], columns["unit"], columns["shop"]
    is_clue = columns["clue"] >= 0
    values: dict[str, Column] = {
        "inspection_no": np.arange(1, size + 1), "unit_id": unit, "retailer_id": shop,
        "inspection_kind": kind.astype(np.int8),
        "plan_id": np.where(is_clue | (kind == SPECIAL), -1, _month_number(started) * 10_000 + unit),
        "clue_id": columns["clue"],
        "approval_id": np.where(kind == SPECIAL, _month_number(started) * 10_000 + unit, -1),
        "officer_ids": people.pair(unit, started, columns["turn"]), "started_at": started,
        "is_certificate_shown": (rng.random(size) < 0.995).astype(np.int8),
        "is_entry_code_scanned": (rng.random(size) < 0.97).astype(np.int8),
        "people_notified_before": np.where(is_clue, rng.integers(1, 4, size), -1),
    }  # fmt: skip
    _positions(rng, shops, values)
    _findings(rng, shops, clock, values, is_clue, columns["found"])
    _draws(rng, people, clock, values)
    _paperwork(rng, values)
    return Records(
        values,
        words={
            "unit_id": bureau.ids, "inspection_kind": KINDS, "officer_ids": staff_ids(people),
            "drawn_officer_ids": staff_ids(people), "reassignment_reason": ("人员临时公务",),
            "coordinate_system": ("cgcs2000",),
            "item_codes": ITEMS, "issue_codes": ITEMS, "result": RESULTS,
        },
        formats={
            "inspection_no": "JC%09d", "retailer_id": "R%08d", "drawn_retailer_id": "R%08d", "plan_id": "JH%010d",
            "clue_id": "XS%08d", "approval_id": "SP%010d", "draw_id": "CQ%09d", "recording_id": "YX%09d",
        },
    )  # fmt: skip


def _month_number(moments: Days) -> NDArray[np.int64]:
    """YYYYMM of each moment."""
    months = np.where(np.isnat(moments), 0, moments.astype("M8[M]").astype(np.int64))
    return np.asarray((months // 12 + 1970) * 100 + months % 12 + 1, dtype=np.int64)


def _positions(rng: np.random.Generator, shops: Shops, values: dict[str, Column]) -> None:
    """Duration, and where the officers were: near the shop, but for a few."""
    size, shop = len(values["started_at"]), values["retailer_id"]
    hasty = rng.random(size) < HASTY_SHARE
    far = hasty & (rng.random(size) < 0.5)
    minutes = np.where(hasty & ~far, rng.uniform(0.7, 2.7, size), rng.gamma(5, 4, size) + 6)
    values["ended_at"] = values["started_at"] + (minutes * 60).astype(np.int64)
    known = (rng.random(size) < POSITION_SHARE) & (shop >= 0)
    distance = np.where(far, rng.uniform(260, 1500, size), rng.gamma(2, 12, size).clip(0, 150))
    angle = rng.uniform(0, 2 * np.pi, size)
    place = shops.position[np.maximum(shop, 0)]
    east = distance * np.cos(angle) * _METRE_DEGREES / np.cos(np.radians(place[:, 1]))
    values["longitude"] = np.where(known, (place[:, 0] + east).round(6), np.nan)
    values["latitude"] = np.where(
        known, (place[:, 1] + distance * np.sin(angle) * _METRE_DEGREES).round(6), np.nan
    )
    values["coordinate_system"] = np.where(known, 0, -1).astype(np.int8)


def _findings(
    rng: np.random.Generator,
    shops: Shops,
    clock: Clock,
    values: dict[str, Column],
    is_clue: Column,
    found: Column,
) -> None:
    """Issues found, what was ordered, and when it was put right."""
    size, shop, started = len(found), values["retailer_id"], values["started_at"].astype("M8[D]")
    share = ISSUE_SHARES[shops.risk[np.maximum(shop, 0)]]
    has_issue = np.where(is_clue, found, rng.random(size) < share)
    set_issues(values, np.flatnonzero(has_issue), rng, size)
    spot = rng.random(size) < 0.4
    due = np.where(spot, NO_DAY, clock.after(started, rng.integers(5, 16, size)))
    early = np.where(spot, started, clock.after(started, rng.integers(1, 5, size)))
    late = np.where(spot, clock.after(started, 3), clock.after(due, rng.integers(1, 15, size)))
    closed = np.where(rng.random(size) < LATE_CORRECTION_SHARE, late, early)
    values["_due"], values["_closed"] = due, clock.to_end(closed)
    values["issue_due_on"] = np.where(has_issue, due, NO_DAY)
    values["issue_closed_on"] = np.where(has_issue, values["_closed"], NO_DAY)


def set_issues(values: dict[str, Column], rows: Column, rng: np.random.Generator, size: int) -> None:
    """Write one or two issues into these rows, none into the others where the table is new."""
    if "issue_count" not in values:
        values["issue_count"] = np.zeros(size, dtype=np.int8)
        values["issue_codes"] = np.full((size, 2), -1, dtype=np.int8)
        values["result"] = np.zeros(size, dtype=np.int8)
    count = np.where(rng.random(len(rows)) < 0.9, 1, 2)
    values["issue_count"][rows] = count
    values["issue_codes"][rows, 0] = rng.integers(0, 7, len(rows))
    values["issue_codes"][rows, 1] = np.where(count == 2, rng.integers(0, 7, len(rows)), -1)
    values["result"][rows] = CORRECT


def _draws(rng: np.random.Generator, people: People, clock: Clock, values: dict[str, Column]) -> None:
    """Drawn checks: shop and officers by lot; a few with other officers, a few never carried out."""
    size, started = len(values["started_at"]), values["started_at"]
    drawn = values["inspection_kind"] == DOUBLE_RANDOM
    values["draw_id"] = np.where(drawn, values["inspection_no"], -1)
    values["drawn_on"] = np.where(drawn, started.astype("M8[D]") - rng.integers(1, 20, size), NO_DAY)
    values["drawn_retailer_id"] = np.where(drawn, values["retailer_id"], -1)
    values["drawn_officer_ids"] = np.where(drawn[:, None], values["officer_ids"], -1)
    changed = np.flatnonzero(drawn & (rng.random(size) < REDRAWN_SHARE))
    day = started[changed]
    values["officer_ids"][changed] = people.pair(
        values["unit_id"][changed], day, rng.integers(0, 10**6, len(changed))
    )
    values["is_reassigned"] = np.full(size, -1, dtype=np.int8)
    values["reassignment_reason"] = np.full(size, -1, dtype=np.int8)
    values["is_reassigned"][changed] = 1
    values["reassignment_reason"][changed] = 0
    waiting = drawn & (started > clock.last_moment - 86400 * 6) & (rng.random(size) < 0.5)
    cancel(values, np.flatnonzero((drawn & (rng.random(size) < NOT_CARRIED_OUT_SHARE)) | waiting))


def cancel(values: dict[str, Column], rows: Column) -> None:
    """Turn drawn checks into ones that were not carried out: all that a visit would have left is blank."""
    for name in ("started_at", "ended_at", "issue_due_on", "issue_closed_on"):
        values[name][rows] = np.datetime64("NaT")
    for name in ("longitude", "latitude"):
        values[name][rows] = np.nan
    blanks: dict[str, Any] = dict.fromkeys(
        ("retailer_id", "officer_ids", "coordinate_system", "issue_count", "issue_codes", "result",
        "is_certificate_shown",
         "is_entry_code_scanned", "people_notified_before"), -1,
    )  # fmt: skip
    for name, blank in blanks.items():
        values[name][rows] = blank


def _paperwork(rng: np.random.Generator, values: dict[str, Column]) -> None:
    """Items, signature, recording; one of them is missing now and then."""
    size = len(values["started_at"])
    done = ~np.isnat(values["started_at"])
    items = np.column_stack(
        [
            np.zeros(size, dtype=np.int8),
            choose(rng, size, (0, 4, 3, 2, 2)),
            choose(rng, size, (0, 0, 0, 0, 0, 1, 2)),
        ]
    )
    gap = np.where(rng.random(size) < INCOMPLETE_SHARE, rng.integers(0, 3, size), -1)
    values["item_codes"] = np.where((done & (gap != 0))[:, None], items, -1).astype(np.int8)
    values["is_signed"] = np.where(done, gap != 1, -1).astype(np.int8)
    values["recording_id"] = np.where(done & (gap != 2), values["inspection_no"], -1)
