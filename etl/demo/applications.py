"""The table licence_application: what the steps, the shops and the cells amount to, column by column.

Distances, reasons and channels are filled in here; no step is taken and no date is set.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from etl.demo.bureau import Bureau
from etl.demo.clock import NEVER, Clock
from etl.demo.handling import Rows
from etl.demo.market import Cells
from etl.demo.people import People, staff_ids
from etl.demo.procedure import NEW, PROMISED_DAYS, REFUSED, RESULTS, STATUTORY_DAYS, TYPES
from etl.demo.records import Column, Records, choose
from model import vault

CHECK_KEY = bytes.fromhex("de300c4ec00000000000000000000000000000000000000000000000000000de")
"""The key of the demo's licensing system, told to everybody: with it a demo applicant can look up an application."""


@cache
def checks() -> tuple[str, ...]:
    """What the last four characters of a document, 0000 to 9999, are to the licensing system."""
    return tuple(vault.keyed_hash(f"{number:04d}", CHECK_KEY) for number in range(10_000))


def records(
    rng: np.random.Generator,
    bureau: Bureau,
    people: People,
    cells: Cells,
    clock: Clock,
    rows: Rows,
    licences: Column,
) -> Records:
    """licence_application from finished rows; `licences` are the licence numbers by position."""
    size, unit = len(rows["type"]), cells.unit[rows["cell"]]
    is_new, known = rows["type"] == NEW, rows["result"] >= 0
    near = cells.spacing[rows["cell"]]
    exempt, refused = rows["exemption"] >= 0, rows["result"] == REFUSED
    reason = np.where(refused, np.where(is_new, choose(rng, size, (5, 2, 2, 1)), 2), -1)
    outlet = np.where(exempt, near // 2 + rng.integers(1, 10, size), near + rng.integers(0, 200, size))
    outlet = np.where(reason == 0, near - rng.integers(1, 15, size), outlet)
    school = np.where(reason == 1, rng.integers(5, 50, size), 50 + rng.integers(0, 700, size))
    measured = is_new & ~np.isnat(rows["verification_ended"])
    agent = np.where(rng.random(size) < 0.07, bureau.county[unit] * 100 + rng.integers(0, 14, size), -1)
    epoch = people.epoch(np.where(known, rows["decided"], clock.last_moment))
    extension = rows["extension_known"]
    values: dict[str, Column] = {
        "application_no": np.arange(1, size + 1), "unit_id": unit, "cell_id": rows["cell"],
        "retailer_id": rows["shop"], "application_type": rows["type"],
        "channel": choose(rng, size, (45, 20, 20, 8, 7)),
        "agent_hash": agent, "applicant_check_hash": rng.integers(0, 10_000, size),
        "submitted_at": rows["submitted"],
        "supplement_notice_at": rows["notice"],
        "supplement_count": np.where(np.isnat(rows["notice"]), 0, 1), "_licence": rows["licence"],
            "licence_no": np.where(rows["licence"] >= 0, licences[rows["licence"]], -1),
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
        "exemption_code": rows["exemption"],
        "is_exemption_proof_verified": np.where(exempt & known, 1, -1).astype(np.int8),
        "extended_working_days": np.where(extension, rows["extended"], -1),
        "extension_approver_id": np.where(extension, people.decider[epoch, unit], -1),
        "extension_reason": np.where(extension, rng.integers(0, 3, size), -1),
        "extension_notice_at": rows["extension_notice"],
        "suspended_working_days": np.where(rows["suspended"] > 0, rows["suspended"], -1),
        "reviewed_at": rows["reviewed"], "reviewer_id": np.where(known, people.head[epoch, unit], -1),
        "decided_at": rows["decided"], "decider_id": np.where(known, people.decider[epoch, unit], -1),
        "result": rows["result"], "refusal_reason": reason, "refusal_basis": np.where(refused, 0, -1),
        "has_remedy_notice": np.where(refused, 1, -1).astype(np.int8), "delivered_at": rows["delivered"],
        "published_at": rows["published"], "promised_working_days": PROMISED_DAYS[rows["type"]],
        "statutory_working_days": np.full(size, STATUTORY_DAYS),
    }  # fmt: skip
    officers = staff_ids(people)
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
            "applicant_check_hash": checks(),
            "unit_id": bureau.ids, "cell_id": cells.ids, "application_type": TYPES, "result": RESULTS,
            "channel": ("window", "national_platform", "provincial_portal", "self_service_terminal",
            "wechat_account"),
            "queue_skip_reason": ("申请人放弃",), "measure_method": ("straight_line", "shortest_walk"),
            "exemption_code": ("disability", "military_or_martyr_family", "subsistence_allowance", "other"),
            "extension_reason": ("需进一步核实经营场所", "需核对布局规划", "申请材料需要核验"),
            "refusal_reason": ("layout_not_met", "near_school", "no_fixed_or_separate_premises", "safety"),
            "refusal_basis": ("《中华人民共和国烟草专卖法实施条例》第九条",),
        },
        formats={"application_no": "XK%09d", "licence_no": "%012d", "retailer_id": "R%08d"},
        hashed={"agent_hash": "demo-agent-%d"},
    )  # fmt: skip
