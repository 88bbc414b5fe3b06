"""The hotline: tickets, their limits, how they ended, who repeated, and who read the vault.

Naturally imperfect, at one rate everywhere: some tickets are accepted or closed late, some callers are not satisfied,
some come again. Reading the vault is lawful by construction. Reporters themselves are never generated.
"""

from __future__ import annotations

import numpy as np

from etl.demo.bureau import Bureau
from etl.demo.clock import COMPLAINT_MONTHS, Clock, at
from etl.demo.market import Cells, Shops
from etl.demo.people import DISCIPLINE, People, staff_ids
from etl.demo.records import Column, Records, choose

TICKETS_A_YEAR = 0.06
CATEGORIES = ("enquiry", "report", "complaint", "suggestion")
ENQUIRY, REPORT, COMPLAINT, _ = range(4)
LIMIT_DAYS = np.array([3, 13, 13, 13])
CONDUCTS = (
    "taking_or_extorting",
    "rudeness",
    "shirking_or_delay",
    "leaking",
    "relative_in_business",
    "unfairness",
    "other",
)
CONDUCT_SHARE = 0.13
LATE_ACCEPTANCE_SHARE = 0.03
LATE_CLOSING_SHARE = 0.035
REPEAT_SHARE = 0.035
SATISFACTIONS = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")
SATISFACTION_WEIGHTS = (35, 40, 20, 3.5, 1.5)
FINDINGS = ("substantiated", "partly_substantiated", "unsubstantiated", "unverifiable")


def build(
    rng: np.random.Generator, bureau: Bureau, cells: Cells, shops: Shops, clock: Clock, factor: float
) -> Records:
    """complaint, in the order of arrival."""
    count = rng.poisson(len(shops.cell) * TICKETS_A_YEAR * clock.years * factor)
    weight = clock.season(COMPLAINT_MONTHS, consumer_day=2.4, weekend=0.6)
    received = at(rng, clock.draw(rng, count, weight), 7, 22)
    received = np.sort(received)
    office = cells.unit[shops.cell[rng.integers(0, len(shops.cell), count)]]
    category = choose(rng, count, (44, 22, 26, 8))
    is_conduct = np.isin(category, (REPORT, COMPLAINT)) & (rng.random(count) < CONDUCT_SHARE)
    conduct = np.where(is_conduct, choose(rng, count, (8, 26, 34, 2, 4, 20, 6)), -1)
    target = np.where(rng.random(count) < 0.1, bureau.brigade[office], office)
    values: dict[str, Column] = {
        "ticket_no": np.arange(1, count + 1), "channel": choose(rng, count, (55, 15, 8, 3, 1, 1, 4, 6, 4, 2, 1)),
        "category": category, "conduct_code": conduct, "is_anonymous": (rng.random(count) < 0.3).astype(np.int8),
        "target_unit_id": np.where(is_conduct, target, -1), "received_at": received,
        "handling_unit_id": np.where(is_conduct, bureau.county[office], office),
        "is_recusal_observed": np.where(is_conduct, 1, -1).astype(np.int8),
    }  # fmt: skip
    _clocks(rng, clock, values)
    _outcome(rng, clock, values)
    values["repeat_of_ticket_no"] = _repeats(rng, values)
    return _render(bureau, values)


def _clocks(rng: np.random.Generator, clock: Clock, values: dict[str, Column]) -> None:
    """Accepted and closed: by the limit, but for a few."""
    received, count = values["received_at"], len(values["received_at"])
    day, limit = received.astype("M8[D]"), LIMIT_DAYS[values["category"]]
    evening = 18 * 3600
    values["accept_due_at"] = clock.after(day, 1).astype("M8[s]") + evening
    values["due_at"] = clock.after(day, limit).astype("M8[s]") + evening
    soon = received + rng.integers(300, 5 * 3600, count)
    late = at(rng, clock.after(day, rng.integers(2, 5, count)), 9, 17)
    accepted = np.where(rng.random(count) < LATE_ACCEPTANCE_SHARE, late, soon)
    in_time = clock.after(day, 1 + np.floor(rng.random(count) * (limit - 1)).astype(np.int64))
    overdue = clock.after(day, limit + rng.integers(1, 11, count))
    closed = at(rng, np.where(rng.random(count) < LATE_CLOSING_SHARE, overdue, in_time), 9, 17.5)
    closed = np.maximum(closed, accepted + 1800)
    values["accepted_at"] = clock.to_end(accepted)
    values["assigned_at"] = clock.to_end(accepted + rng.integers(60, 1500, count))
    values["closed_at"] = clock.to_end(closed)


def _outcome(rng: np.random.Generator, clock: Clock, values: dict[str, Column]) -> None:
    count, closed = len(values["closed_at"]), values["closed_at"]
    done = ~np.isnat(closed)
    inquired = done & np.isin(values["category"], (REPORT, COMPLAINT))
    values["finding"] = np.where(inquired, choose(rng, count, (22, 14, 49, 15)), -1)
    revisited = clock.to_end(closed + rng.integers(86400, 5 * 86400, count))
    answered = ~np.isnat(revisited) & (rng.random(count) < 0.78)
    values["revisited_at"] = revisited
    values["satisfaction"] = np.where(answered, choose(rng, count, SATISFACTION_WEIGHTS), -1)


def _repeats(rng: np.random.Generator, values: dict[str, Column]) -> Column:
    """For some closed tickets a later one of the same unit, category and quarter repeats it."""
    count, received, closed = len(values["ticket_no"]), values["received_at"], values["closed_at"]
    original = np.flatnonzero(~np.isnat(closed) & (rng.random(count) < REPEAT_SHARE))
    return link_repeats(rng, values, original, np.full(count, -1), received)


def link_repeats(
    rng: np.random.Generator, values: dict[str, Column], original: Column, links: Column, received: Column
) -> Column:
    """Let a free later ticket of the same unit repeat each original within 10 to 85 days of its closing.

    `links` (ticket number of the original by position, -1 where none) is changed in place and returned; an original
    for which there is no free later ticket stays without.
    """
    unit = values["handling_unit_id"]
    order = np.lexsort([received, unit])
    key = unit[order].astype(np.int64) * 2**40 + received[order].astype(np.int64)
    closed = values["closed_at"][original].astype(np.int64)
    wanted = unit[original].astype(np.int64) * 2**40 + closed + rng.integers(10, 60, len(original)) * 86400
    limit = unit[original].astype(np.int64) * 2**40 + closed + 85 * 86400
    place = np.searchsorted(key, wanted)
    for row, first, last in zip(original.tolist(), place.tolist(), limit.tolist(), strict=True):
        while first < len(key) and key[first] <= last:
            later = order[first]
            if links[later] < 0 and later != row:
                links[later] = values["ticket_no"][row]
                break
            first += 1
    return links


def _render(bureau: Bureau, values: dict[str, Column]) -> Records:
    return Records(
        values,
        words={
            "channel": (
                "hotline_12313", "hotline_12345", "window", "letter", "fax", "email", "website", "qr_code",
                "service_card",
                "visit", "superior", "other",
            ),
            "category": CATEGORIES, "conduct_code": CONDUCTS, "target_unit_id": bureau.ids,
            "handling_unit_id": bureau.ids,
            "finding": FINDINGS, "satisfaction": SATISFACTIONS,
        },
        formats={"ticket_no": "GD%08d", "repeat_of_ticket_no": "GD%08d"},
    )  # fmt: skip


def vault_reads(
    rng: np.random.Generator, bureau: Bureau, people: People, clock: Clock, complaints: Records
) -> Records:
    """vault_access: the discipline officers of the county read half of the reports, each read with its purpose."""
    read = np.flatnonzero((complaints["category"] == REPORT) & ~np.isnat(complaints["accepted_at"]))
    read = read[rng.random(len(read)) < 0.6]
    moment = complaints["accepted_at"][read] + rng.integers(3600, 5 * 86400, len(read))
    read, moment = read[moment <= clock.last_moment], moment[moment <= clock.last_moment]
    order = np.argsort(moment, kind="stable")
    read, moment = read[order], moment[order]
    county = bureau.county[complaints["handling_unit_id"][read]]
    seats = people.seated(DISCIPLINE)
    first = np.searchsorted(people.seat_unit[seats], county)
    reader = seats[first + rng.integers(0, 3, len(read))]
    return Records(
        {
            "access_id": np.arange(1, len(read) + 1), "reader_id": reader, "ticket_no": complaints["ticket_no"][read],
            "read_at": moment, "is_allowed": np.ones(len(read), dtype=np.int8),
            "purpose": choose(rng, len(read), (3, 2)),
        },
        words={"reader_id": staff_ids(people), "purpose": ("核查线索", "回告受理情况")},
        formats={"access_id": "FW%07d", "ticket_no": "GD%08d"},
    )  # fmt: skip
