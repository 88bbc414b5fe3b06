"""The supporting records: ratings, lists, supply, warnings.

Naturally imperfect at one rate everywhere. Kept perfect: corrections of bad ratings in time, lists reviewed within the
year, supply within the published rule.
"""

from __future__ import annotations

import numpy as np

from etl.demo.bureau import OFFICE, Bureau
from etl.demo.clock import NEVER, Clock, at
from etl.demo.market import Cells, Shops
from etl.demo.people import (
    ROLES,
    People,
    staff_ids,
)  # fmt: skip
from etl.demo.records import Records, choose

RATERS_A_MONTH = 0.07
RATINGS = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")
RATING_WEIGHTS = (45, 38, 14, 2.3, 0.7)
NEGATIVE = 3
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
