"""The supporting records: ratings, integrity activities, lists, supply, warnings, declared relatives.

Naturally imperfect at one rate everywhere. Kept perfect: corrections of bad ratings in time, yearly pledges of key
posts, lists reviewed within the year, supply within the published rule, relatives recused.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.demo.bureau import OFFICE, Bureau
from etl.demo.clock import NEVER, NO_DAY, Clock, Days, at
from etl.demo.market import Cells, Shops
from etl.demo.people import (
    CLERK,
    HEAD,
    INSPECTOR,
    MANAGER,
    OFFICER,
    ROLES,
    People,
    staff_ids,
)  # fmt: skip
from etl.demo.records import Column, Records, choose, stack

RATERS_A_MONTH = 0.07
RATINGS = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")
RATING_WEIGHTS = (45, 38, 14, 2.3, 0.7)
NEGATIVE = 3
TALK_SHARE, TRAINING_SHARE, VISIT_SHARE, CHECK_SHARE = 0.93, 0.95, 0.94, 0.96
ACTIVITIES = (
    "talk", "home_visit", "pledge", "anti_drug_pledge", "training", "self_check", "three_meetings_one_lesson",
    "political_study_day", "themed_party_day",
)  # fmt: skip
TALK, HOME_VISIT, PLEDGE, ANTI_DRUG, TRAINING, SELF_CHECK, MEETING, STUDY_DAY, PARTY_DAY = range(9)
PLEDGING_ROLES = (OFFICER, MANAGER, CLERK, INSPECTOR, HEAD)
LISTS = (
    "minor_power",
    "duty_negative",
    "personal_integrity_review",
    "integrity_risk_control",
    "four_responsibilities",
)
WARNING_LATE_SHARE = 0.035
VERDICTS = ("data_problem", "reasonable", "work_flaw", "needs_rectification", "transferred")
WARNED = (
    "L1",
    "L2",
    "L4",
    "L5",
    "L16",
    "I1",
    "I2",
    "I3",
    "I6",
    "I9",
    "I10",
    "C1",
    "C2",
    "H1",
    "H2",
    "M1",
    "Q1",
)


def evaluations(
    rng: np.random.Generator, bureau: Bureau, cells: Cells, shops: Shops, clock: Clock
) -> Records:
    """evaluation: about one shop in fifteen rates each month; bad ratings are put right and revisited in time."""
    count = rng.poisson(len(shops.cell) * RATERS_A_MONTH * len(clock.months))
    shop = rng.integers(0, len(shops.cell), count)
    day = np.sort(
        clock.first_day + rng.integers(0, (clock.last_day - clock.first_day).astype(int) + 1, count)
    )
    kept = shops.is_open(shop, day)
    shop, day = shop[kept], day[kept]
    size, office = len(shop), cells.unit[shops.cell[shop]]
    source = choose(rng, size, (15, 35, 30, 15, 5))
    rated = np.sort(at(rng, day, 8, 21))
    rating = choose(rng, size, RATING_WEIGHTS)
    negative = rating >= NEGATIVE
    corrected = at(rng, clock.after(rated.astype("M8[D]"), rng.integers(1, 12, size)), 9, 17)
    revisited = corrected + rng.integers(3600, 5 * 86400, size)
    scores = {
        f"{name}_rating": np.where(
            rng.random(size) < 0.8, np.clip(5 - rating + rng.integers(0, 2, size), 1, 5), -1
        )
        for name in ("efficiency", "integrity", "attitude", "convenience")
    }
    return Records(
        {
            "evaluation_id": np.arange(1, size + 1), "evaluation_source": source,
            "unit_id": np.where(source == 0, bureau.window[office], office), "retailer_hash": shop, "rating": rating,
            **scores, "comment": np.where(rng.random(size) < 0.05, rng.integers(0, 4, size), -1), "rated_at": rated,
            "rectified_at": clock.to_end(np.where(negative, corrected, NEVER)),
            "revisited_at": clock.to_end(np.where(negative, revisited, NEVER)),
        },
        words={
            "evaluation_source": ("government_service_rating", "service_card", "qr_code", "revisit",
            "integrity_supervisor"),
            "unit_id": bureau.ids, "rating": RATINGS,
            "comment": ("服务热情", "办理较快", "希望延长窗口时间", "建议增加线上办理"),
        },
        formats={"evaluation_id": "PY%08d"},
        hashed={"retailer_hash": "demo-retailer-%d"},
    )  # fmt: skip


def activities(rng: np.random.Generator, bureau: Bureau, people: People, clock: Clock) -> Records:
    """activity: monthly talks and training, yearly pledges, home visits, self-checks, branch meetings."""
    months = np.array(clock.months, dtype="M8[M]")
    parts = [
        _monthly(rng, people, clock, months, TALK, TALK_SHARE),
        _monthly(rng, people, clock, months, TRAINING, TRAINING_SHARE),
        _pledges(rng, people, clock),
        _home_visits(rng, people, clock, months),
        _self_checks(rng, bureau, clock, months),
        _meetings(rng, bureau, months),
    ]
    blanks = {
        "activity_kind": 0, "unit_id": 0, "staff_id": -1, "planned_on": NO_DAY, "done_on": NO_DAY, "score": -1,
        "issue_count": -1, "issue_due_on": NO_DAY, "issue_closed_on": NO_DAY,
    }  # fmt: skip
    rows = stack(parts, blanks)
    rows["done_on"] = clock.to_end(rows["done_on"])
    order = np.argsort(rows["planned_on"], kind="stable")
    rows = {name: column[order] for name, column in rows.items()}
    size, unit, talk = len(order), rows["unit_id"], rows["activity_kind"] == TALK
    epoch = people.epoch(rows["planned_on"])
    host = np.where(rows["staff_id"] >= 0, people.decider[epoch, unit], -1)
    functions = np.column_stack([rng.integers(0, 2, size), rng.integers(2, 5, size)])
    level = np.choose(bureau.kind[unit], (0, 1, 2, 3, 3, 3))
    return Records(
        {
            "activity_id": np.arange(1, size + 1), **rows, "host_staff_id": host,
            "talk_level": np.where(talk, level, -1), "talk_functions": np.where(talk[:, None], functions, -1),
        },
        words={
            "activity_kind": ACTIVITIES, "unit_id": bureau.ids, "staff_id": staff_ids(people),
            "host_staff_id": staff_ids(people), "talk_level": ("provincial", "municipal", "county", "office", "branch"),
            "talk_functions": ("help_work", "care_for_life", "point_out_problems", "warn_of_risk", "set_requirements"),
        },
        formats={"activity_id": "HD%08d"},
    )  # fmt: skip


def _seats_by_month(people: People, months: Days) -> tuple[Column, Column, Column]:
    """Every seat in every month: month, unit, and who sat there on the month's first day."""
    seats = len(people.seat_unit)
    month = np.repeat(months, seats)
    seat = np.tile(np.arange(seats), len(months))
    return month, people.seat_unit[seat], people.occupant[people.epoch(month.astype("M8[D]")), seat]


def _day_in(rng: np.random.Generator, month: Days) -> Days:
    """Some day of each month, its first 27 days."""
    return month.astype("M8[D]") + rng.integers(0, 27, len(month))


def _monthly(
    rng: np.random.Generator, people: People, clock: Clock, months: Days, kind: int, share: float
) -> dict[str, Column]:
    month, unit, staff = _seats_by_month(people, months)
    planned = _day_in(rng, month)
    done = rng.random(len(planned)) < share
    score = np.where(
        rng.random(len(planned)) < 0.985,
        rng.integers(62, 101, len(planned)),
        rng.integers(30, 60, len(planned)),
    )
    return {
        "activity_kind": np.full(len(planned), kind), "unit_id": unit, "staff_id": staff, "planned_on": planned,
        "done_on": np.where(done, planned, NO_DAY), "score": np.where(done & (kind == TRAINING), score, -1),
    }  # fmt: skip


def _pledges(rng: np.random.Generator, people: People, clock: Clock) -> dict[str, Column]:
    """Everyone in a key or field post signs in the first recorded month of each year, and once against drugs."""
    signing = np.flatnonzero(np.isin(people.seat_role, PLEDGING_ROLES))
    years = range(clock.start.year, clock.end.year + 1)
    first = np.array(
        [max(np.datetime64(f"{year}-01", "M"), np.datetime64(clock.start, "M")) for year in years]
    )
    month = np.repeat(np.r_[first, first], len(signing))
    seat = np.tile(signing, 2 * len(first))
    day = month.astype("M8[D]") + rng.integers(1, 26, len(month))
    kind = np.repeat([PLEDGE, ANTI_DRUG], len(first) * len(signing))
    staff = people.occupant[people.epoch(day), seat]
    return {
        "activity_kind": kind,
        "unit_id": people.seat_unit[seat],
        "staff_id": staff,
        "planned_on": day,
        "done_on": day,
    }


def _home_visits(rng: np.random.Generator, people: People, clock: Clock, months: Days) -> dict[str, Column]:
    month, unit, staff = _seats_by_month(people, months)
    picked = rng.random(len(month)) < 0.12
    month, unit, staff = month[picked], unit[picked], staff[picked]
    planned = _day_in(rng, month)
    late = planned + 32 + rng.integers(0, 30, len(planned))
    done = np.where(rng.random(len(planned)) < VISIT_SHARE, planned, late)
    return {
        "activity_kind": np.full(len(planned), HOME_VISIT), "unit_id": unit, "staff_id": staff, "planned_on": planned,
        "done_on": done,
    }  # fmt: skip


def _self_checks(rng: np.random.Generator, bureau: Bureau, clock: Clock, months: Days) -> dict[str, Column]:
    units = np.flatnonzero(bureau.kind >= 2)
    month, unit = np.repeat(months, 2 * len(units)), np.tile(units, 2 * len(months))
    planned = _day_in(rng, month)
    size = len(planned)
    found = (rng.random(size) < 0.75).astype(np.int8)
    due = planned + 20
    closed = planned + np.where(
        rng.random(size) < CHECK_SHARE, rng.integers(1, 20, size), rng.integers(21, 50, size)
    )
    return {
        "activity_kind": np.full(size, SELF_CHECK), "unit_id": unit, "planned_on": planned, "done_on": planned,
        "issue_count": found, "issue_due_on": np.where(found > 0, due, NO_DAY),
        "issue_closed_on": clock.to_end(np.where(found > 0, closed, NO_DAY)),
    }  # fmt: skip


def _meetings(rng: np.random.Generator, bureau: Bureau, months: Days) -> dict[str, Column]:
    units = np.flatnonzero(bureau.kind >= 2)
    kinds = np.array([MEETING, STUDY_DAY, PARTY_DAY])
    month = np.repeat(months, len(units) * 3)
    unit = np.tile(np.repeat(units, 3), len(months))
    day = _day_in(rng, month)
    kind = np.tile(kinds, len(months) * len(units))
    return {"activity_kind": kind, "unit_id": unit, "planned_on": day, "done_on": day}


def checklists(rng: np.random.Generator, clock: Clock) -> Records:
    """checklist: two items of every list for every post, all reviewed within the year."""
    role, kind, item = (
        grid.ravel() for grid in np.meshgrid(np.arange(13), np.arange(5), np.arange(2), indexing="ij")
    )
    size = len(role)
    powers = ("许可核查", "市场检查", "案件办理", "投诉处理", "货源投放", "窗口受理")
    return Records(
        {
            "item_id": np.arange(1, size + 1), "list_kind": kind, "role": role, "power": (role + item) % len(powers),
            "risk": (role + item) % len(powers), "risk_level": choose(rng, size, (1, 3, 4)),
            "control_measure": (kind + item) % 3, "responsible_role": np.where(role < 4, 4, 8),
            "indicator_ids": np.column_stack([(role + item) % 6, np.full(size, -1)]),
            "list_version": np.full(size, str(clock.end.year)),
            "reviewed_on": clock.last_day - rng.integers(20, 200, size),
        },
        words={
            "list_kind": LISTS, "role": ROLES, "responsible_role": ROLES, "power": powers,
            "risk": ("虚假核查", "选择性执法", "压案不查", "敷衍塞责", "投放不公", "超时限办理"),
            "risk_level": ("high", "medium", "low"), "control_measure": ("双人经办", "全程留痕", "定期轮岗"),
            "indicator_ids": ("L5", "I2", "C1", "H2", "M1", "L1"),
        },
        formats={"item_id": "QD%04d"},
    )  # fmt: skip


def supply(rng: np.random.Generator, bureau: Bureau, clock: Clock) -> Records:
    """supply_month: month, office and tier; within the rule, or above it with an approval."""
    offices, months = bureau.offices, np.array(clock.months)
    month, unit, tier = (
        g.ravel() for g in np.meshgrid(np.arange(len(months)), offices, np.arange(1, 11), indexing="ij")
    )
    size = len(month)
    shops = np.maximum(
        1, bureau.retailers[unit] * np.array([1, 3, 7, 14, 21, 22, 17, 9, 4, 2])[tier - 1] / 100
    )
    rule = np.rint(shops * tier * 12)
    allocated = np.floor(rule * rng.uniform(0.9, 1.0, size))
    above = rng.random(size) < 0.015
    allocated = np.where(above, np.ceil(rule * 1.04) + 1, allocated)
    scarce = np.floor(allocated * 0.12)
    orders = np.rint(shops * 3.6).astype(np.int64)
    return Records(
        {
            "month": month, "unit_id": unit, "supply_tier": tier, "rule_id": month, "rule_quantity": rule,
            "allocated_quantity": allocated, "approval_id": np.where(above, np.arange(size), -1),
            "scarce_quantity": scarce,
            "top_one_percent_scarce_quantity": np.floor(scarce * rng.normal(0.045, 0.004, size).clip(0.02, 0.08)),
            "online_order_count": orders, "shared_source_order_count": rng.binomial(orders, 0.007),
        },
        words={"month": clock.months, "unit_id": bureau.ids,
        "rule_id": [f"TF{m.replace('-', '')}" for m in clock.months]},
        formats={"approval_id": "LW%07d"},
    )  # fmt: skip


def warnings(rng: np.random.Generator, bureau: Bureau, people: People, clock: Clock) -> Records:
    """warning: what an older system raised, and how it was disposed of by two people."""
    units = np.flatnonzero(bureau.kind >= OFFICE)
    share = np.sqrt(np.maximum(bureau.retailers[units], 150) / 800)
    count = rng.poisson(1.3 * share.sum() * len(clock.months))
    unit = units[choose(rng, count, share.tolist())]
    raised = np.sort(at(rng, clock.draw(rng, count, clock.season((1.0,) * 12)), 8, 18))
    day = raised.astype("M8[D]")
    late = rng.random(count) < WARNING_LATE_SHARE
    wait = np.where(late, rng.integers(11, 20, count), rng.integers(1, 10, count))
    closed = clock.to_end(at(rng, clock.after(day, wait), 9, 17))
    done, epoch = ~np.isnat(closed), people.epoch(day)
    verdict = np.where(done, choose(rng, count, (22, 33, 27, 16, 2)), -1)
    action = np.where(done, np.array([0, -1, 1, 2, 4])[np.maximum(verdict, 0)], -1)
    threshold = rng.choice([0.9, 0.95], count)
    return Records(
        {
            "warning_id": np.arange(1, count + 1), "indicator_id": rng.integers(0, len(WARNED), count),
            "rule_version": np.full(count, "1"), "unit_id": unit, "object_type": choose(rng, count, (9, 0, 1)),
            "warning_level": choose(rng, count, (5, 3, 1)),
            "value": (threshold - rng.uniform(0.02, 0.2, count)).round(3),
            "threshold": threshold, "sample_count": rng.integers(10, 120, count), "raised_at": raised,
            "due_at": clock.after(day, 10).astype("M8[s]") + 18 * 3600,
            "state": np.where(done, 5, choose(rng, count, (1, 2, 2))),
            "verdict": verdict, "action": action, "handler_id": np.where(done, people.head[epoch, unit], -1),
            "closed_at": closed, "reviewer_id": np.where(done, people.decider[epoch, unit], -1),
        },
        words={
            "indicator_id": WARNED, "unit_id": bureau.ids, "object_type": ("unit", "staff", "cell", "retailer"),
            "warning_level": ("blue", "yellow", "red"), "verdict": VERDICTS,
            "state": ("raised", "assigned", "verifying", "disposed", "reviewed", "closed", "reopened"),
            "action": ("supplement_data", "reminder_talk", "correction_by_deadline", "summons_talk",
            "refer_to_discipline_group"),
            "handler_id": staff_ids(people), "reviewer_id": staff_ids(people),
        },
        formats={"warning_id": "YJ%06d"},
    )  # fmt: skip


def relations(
    rng: np.random.Generator,
    bureau: Bureau,
    people: People,
    cells: Cells,
    shops: Shops,
    clock: Clock,
    inspections: Records,
    applications: Records,
) -> Records:
    """staff_relation: officers with a relative's shop in their own office, which they leave alone once declared."""
    staff, shop = _candidates(rng, bureau, people, cells, shops)
    last_met = _last_met(staff, shop, inspections, applications)
    earliest = np.where(np.isnat(last_met), clock.first_day, last_met + 1)
    span = np.maximum((clock.last_day - 200 - earliest).astype(int), 0)
    usable = np.flatnonzero(span > 0)
    office = cells.unit[shops.cell[shop]]
    _, first = np.unique(office[usable] * 3 + usable % 3, return_index=True)
    row = usable[np.sort(first)]
    declared = earliest[row] + rng.integers(0, np.minimum(span[row], 150) + 1)
    return Records(
        {"staff_id": staff[row], "retailer_id": shop[row], "relation": rng.integers(0, 6, len(row)),
        "declared_on": declared},
        words={
            "staff_id": staff_ids(people),
            "relation": ("spouse", "parent", "child", "child_spouse", "sibling", "other_relative"),
        },
        formats={"retailer_id": "R%08d"},
    )  # fmt: skip


def _candidates(
    rng: np.random.Generator, bureau: Bureau, people: People, cells: Cells, shops: Shops
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Thirty pairs an office: one of its officers of today, and a shop of the first days that is still open."""
    open_shops = np.flatnonzero(np.isnat(shops.closed))
    order = open_shops[np.argsort(cells.unit[shops.cell[open_shops]], kind="stable")]
    offices, first, count = np.unique(cells.unit[shops.cell[order]], return_index=True, return_counts=True)
    picked = first[:, None] + np.floor(rng.random((len(offices), 30)) * count[:, None]).astype(np.int64)
    slot = np.floor(rng.random((len(offices), 30)) * people.officer_count[offices][:, None]).astype(np.int64)
    staff = people.officers[-1][offices[:, None], slot]
    return staff.ravel().astype(np.int64), order[picked].ravel()


def _last_met(staff: Column, shop: Column, inspections: Records, applications: Records) -> Days:
    """The last day on which each person checked or verified the shop; NaT where never."""
    last = np.full(len(staff), NO_DAY)
    verifiers = np.column_stack([applications["first_verifier_id"], applications["second_verifier_id"]])
    for table, officers, moment in (
        (inspections, inspections["officer_ids"], "started_at"),
        (applications, verifiers, "verification_started_at"),
    ):
        met = np.flatnonzero(np.isin(table["retailer_id"], shop) & ~np.isnat(table[moment]))
        pairs = _pairs(met, officers, table["retailer_id"], staff, shop)
        days = table[moment][met[pairs[:, 0]]].astype("M8[D]")
        for candidate, day in zip(pairs[:, 1].tolist(), days, strict=True):
            last[candidate] = day if np.isnat(last[candidate]) else max(last[candidate], day)
    return last


def _pairs(met: Column, officers: Column, visited: Column, staff: Column, shop: Column) -> NDArray[np.int64]:
    """As (position in `met`, candidate): the visits in which a candidate met the shop."""
    wanted: dict[tuple[int, int], list[int]] = {}
    for candidate, pair in enumerate(zip(staff.tolist(), shop.tolist(), strict=True)):
        wanted.setdefault(pair, []).append(candidate)
    found = [
        (position, candidate)
        for position, row in enumerate(met.tolist())
        for officer in officers[row].tolist()
        for candidate in wanted.get((officer, int(visited[row])), ())
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)
