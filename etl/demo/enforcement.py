"""Clues and cases: every clue received, filed or not, and what became of it.

Lawful by construction: filing decided within seven days, penalty within ninety, fines inside the band of their grade,
reasoned leniency, legal review before the decision, payment apart from the penalty, goods that match the books.
"""

from __future__ import annotations

import numpy as np

from etl.demo.bureau import Bureau
from etl.demo.clock import INSPECTION_MONTHS, NEVER, NO_DAY, Clock, Days, at
from etl.demo.inspection import FILED, Clues
from etl.demo.market import Cells, Shops
from etl.demo.people import People, staff_ids
from etl.demo.records import Column, Records, choose

CLUES_A_YEAR = 0.006
CASES_FROM_CHECKS_A_YEAR = 0.005
FOUND_SHARE = 0.65
BRIGADE_SHARE = 0.62
SOURCES = ("inspection", "report", "transfer", "assigned")
VIOLATIONS = (
    "off_channel_purchase", "unlicensed_retail", "illegal_product_sale", "unlicensed_wholesale",
    "transport_without_permit", "supply_to_unlicensed", "minor_protection", "e_cigarette", "other",
)  # fmt: skip
UNLICENSED_RETAIL = 1
BANDS = np.array(
    [
        (0.05, 0.10),
        (np.nan, np.nan),
        (0.2, 0.5),
        (0.5, 1.0),
        (0.2, 0.5),
        (0.2, 0.5),
        (np.nan, np.nan),
        (0.05, 0.10),
    ]
)
GRADES = ("trivial", "lighter", "ordinary", "heavier", "serious")
GRADE_PLACES = np.array([(0.0, 0.0), (0.0, 0.3), (0.3, 0.6), (0.6, 0.85), (0.85, 1.0)])
MITIGATIONS = ("lighter", "reduced", "no_penalty_trivial", "no_penalty_first_offence", "no_penalty_other")
CHANNELS = ("bank", "electronic", "collected_on_spot", "other")
CLOSINGS = (
    "executed",
    "withdrawn",
    "transferred_to_justice",
    "transferred_to_market_regulation",
    "terminated",
)
REVIEWS = ("pending", "upheld", "changed", "annulled", "declared_unlawful", "application_withdrawn")


def build_clues(rng: np.random.Generator, bureau: Bureau, cells: Cells, shops: Shops, clock: Clock) -> Clues:
    """Clues from outside; a check follows within two days, holidays or not."""
    count = rng.poisson(len(shops.cell) * CLUES_A_YEAR * clock.years)
    day = np.sort(clock.draw(rng, count, clock.season(INSPECTION_MONTHS, weekend=0.4)))
    near = rng.integers(0, len(shops.cell), count)
    office = cells.unit[shops.cell[near]]
    shop = np.where((rng.random(count) < 0.75) & shops.is_open(near, day), near, -1)
    by_brigade = (rng.random(count) < 0.5) | (shop < 0)
    return Clues(
        number=np.arange(1, count + 1), unit=np.where(by_brigade, bureau.brigade[office], office), shop=shop,
        received=at(rng, day, 8.5, 17), checked=at(rng, day + rng.integers(1, 3, count), 9, 17),
        found=rng.random(count) < FOUND_SHARE,
    )  # fmt: skip


def checked_clues(clues: Clues, clock: Clock) -> Clues:
    """The clues that have been checked by the last day."""
    done = clues.checked <= clock.last_moment
    return Clues(**{name: column[done] for name, column in vars(clues).items()})


def build(
    rng: np.random.Generator,
    bureau: Bureau,
    people: People,
    clock: Clock,
    clues: Clues,
    inspections: Records,
    shops: int,
) -> Records:
    """enforcement_case, in the order in which clues came; marks the checks that led to a case."""
    is_clue = inspections["clue_id"] >= 0
    inspections["result"][is_clue & (inspections["issue_count"] > 0)] = FILED
    able = np.flatnonzero(~is_clue & (inspections["issue_count"] > 0) & (inspections["retailer_id"] >= 0))
    wanted = min(len(able), rng.poisson(shops * CASES_FROM_CHECKS_A_YEAR * clock.years))
    row = np.sort(rng.choice(able, wanted, replace=False))
    inspections["result"][row] = FILED
    outside = len(clues.number)
    unit = inspections["unit_id"][row]
    unit = np.where(rng.random(wanted) < BRIGADE_SHARE, bureau.brigade[unit], unit)
    received = np.r_[clues.received, inspections["started_at"][row]]
    order = np.argsort(received, kind="stable")
    source = np.r_[choose(rng, outside, (0, 7, 2, 1)), np.zeros(wanted, dtype=np.int16)][order]
    values: dict[str, Column] = {
        "case_no": np.arange(1, len(order) + 1),
        "unit_id": np.r_[clues.unit, unit][order],
        "case_source": source,
        "clue_id": np.r_[clues.number, np.full(wanted, -1)][order],
        "clue_at": received[order],
        "retailer_id": np.r_[clues.shop, inspections["retailer_id"][row]][order],
    }
    found = np.r_[clues.found, np.ones(wanted, dtype=bool)][order]
    _filing(rng, clock, values, found)
    _violation(rng, values)
    _penalty(rng, clock, values)
    _payment(rng, clock, values)
    _goods(rng, values)
    _people(rng, people, clock, values)
    return _render(bureau, people, values)


def _filing(rng: np.random.Generator, clock: Clock, values: dict[str, Column], found: Column) -> None:
    day = values["clue_at"].astype("M8[D]") + rng.integers(3, 7, len(found))
    decided = clock.to_end(at(rng, day, 9, 17))
    values["filing_decided_at"] = decided
    values["is_filing_delay_approved"] = np.full(len(found), -1, dtype=np.int8)
    values["filed_on"] = np.where(found & ~np.isnat(decided), decided.astype("M8[D]"), NO_DAY)


def _violation(rng: np.random.Generator, values: dict[str, Column]) -> None:
    """What was done, how serious it is, and the band that the published table gives for it."""
    size = len(values["case_no"])
    by_shop = np.array([0, 2, 5, 6, 7])[choose(rng, size, (55, 20, 4, 13, 8))]
    by_others = np.array([1, 3, 4])[choose(rng, size, (40, 15, 45))]
    violation = np.where(values["retailer_id"] >= 0, by_shop, by_others)
    grade = choose(rng, size, (4, 26, 52, 14, 4))
    band, place = BANDS[violation], GRADE_PLACES[grade]
    low = band[:, 0] + (band[:, 1] - band[:, 0]) * place[:, 0]
    high = band[:, 0] + (band[:, 1] - band[:, 0]) * place[:, 1]
    values["violation_code"], values["severity_grade"] = violation.astype(np.int8), grade.astype(np.int8)
    values["band_low"], values["band_high"] = low.round(6), np.where(grade == 0, low, high).round(6)
    values["penalty_base_amount"] = np.where(
        np.isnan(low), np.nan, rng.lognormal(8.3, 0.8, size).clip(800).round(2)
    )


def _penalty(rng: np.random.Generator, clock: Clock, values: dict[str, Column]) -> None:
    """The decision: a fine inside the band, or lawful leniency; some cases are transferred or withdrawn."""
    size, filed, grade = len(values["case_no"]), values["filed_on"], values["severity_grade"]
    transferred = values["violation_code"] == UNLICENSED_RETAIL
    withdrawn = (rng.random(size) < 0.03) & ~transferred
    decided = clock.to_end(clock.after(filed + rng.integers(12, 76, size), 0))
    decided = np.where(transferred | withdrawn | np.isnat(filed), NO_DAY, decided)
    done = ~np.isnat(decided)
    values["penalty_decided_on"] = decided
    spared = done & ((grade == 0) | (rng.random(size) < 0.03))
    lenient = done & ~spared & (grade == 1) & (rng.random(size) < 0.4)
    mitigation = np.where(spared, np.where(grade == 0, 2, 3), np.where(lenient, 0, -1))
    ratio = values["band_low"] + (values["band_high"] - values["band_low"]) * rng.uniform(0.06, 0.94, size)
    fixed = rng.integers(10, 200, size) * 100.0
    fine = np.where(np.isnan(ratio), fixed, (values["penalty_base_amount"] * ratio).round(2))
    values["fine_amount"] = np.where(done, np.where(spared, 0.0, fine), np.nan)
    values["confiscated_amount"] = np.where(done, rng.integers(0, 20, size) * 50.0, np.nan)
    values["mitigation_code"] = mitigation.astype(np.int8)
    values["mitigation_basis"] = np.where(mitigation >= 0, 0, -1).astype(np.int8)
    values["is_collectively_discussed"] = np.where(done, grade >= 3, -1).astype(np.int8)
    values["has_hearing"] = np.where(done, (grade == 4) & (rng.random(size) < 0.3), -1).astype(np.int8)
    known = ~np.isnat(filed)
    values["is_evidence_complete"] = np.where(known, 1, -1).astype(np.int8)
    review = (rng.random(size) < 0.35) | (grade >= 3)
    values["is_legal_review_required"] = np.where(known, review & ~transferred, -1).astype(np.int8)
    before = np.where(done, decided, clock.last_day) - rng.integers(1, 7, size)
    values["legal_review_at"] = np.where(done & review, at(rng, before, 9, 17), NEVER)
    gone = clock.to_end(clock.after(filed + rng.integers(10, 60, size), 0))
    values["closed_on"] = np.where(transferred | withdrawn, gone, NO_DAY)
    values["close_kind"] = np.where(np.isnat(values["closed_on"]), -1, np.where(withdrawn, 1, 3)).astype(
        np.int8
    )
    values["published_on"] = clock.to_end(
        np.where(done, clock.after(decided, rng.integers(1, 7, size)), NO_DAY)
    )
    _reviews(rng, clock, values, done)


def _reviews(rng: np.random.Generator, clock: Clock, values: dict[str, Column], done: Column) -> None:
    """Reconsideration or suit: rare, and rarely lost."""
    size, decided = len(done), values["penalty_decided_on"]
    asked = done & (rng.random(size) < 0.03)
    outcome = np.array([1, 2, 3])[choose(rng, size, (7, 2, 1))]
    answered = clock.to_end(clock.after(decided + rng.integers(40, 100, size), 0))
    values["review_result"] = np.where(asked, np.where(np.isnat(answered), 0, outcome), -1).astype(np.int8)
    lost = values["review_result"] >= 2
    values["annulled_on"] = np.where(lost, answered, NO_DAY)
    withdrawn = clock.to_end(clock.after(answered, rng.integers(0, 3, size)))
    values["publication_withdrawn_on"] = np.where(lost & ~np.isnat(values["published_on"]), withdrawn, NO_DAY)


def _payment(rng: np.random.Generator, clock: Clock, values: dict[str, Column]) -> None:
    size, decided = len(values["case_no"]), values["penalty_decided_on"]
    served = clock.to_end(clock.after(decided, rng.integers(0, 6, size)))
    paid = clock.to_end(clock.after(served + rng.integers(1, 9, size), 0))
    paid = np.where(values["fine_amount"] > 0, paid, NO_DAY)
    channel = choose(rng, size, (50, 46, 4))
    values["served_on"], values["paid_on"] = served, paid
    values["payment_channel"] = np.where(np.isnat(paid), -1, channel).astype(np.int8)
    values["on_spot_collection_basis"] = np.where((channel == 2) & ~np.isnat(paid), 0, -1).astype(np.int8)
    ended = clock.to_end(
        clock.after(np.where(values["fine_amount"] > 0, paid, served), rng.integers(1, 15, size))
    )
    already = ~np.isnat(values["closed_on"])
    values["closed_on"] = np.where(already, values["closed_on"], ended)
    values["close_kind"] = np.where(already | np.isnat(ended), values["close_kind"], 0).astype(np.int8)
    concluded = ~np.isnat(decided) | ~np.isnat(values["closed_on"])
    values["is_recording_complete"] = np.where(concluded, rng.random(size) < 0.985, -1).astype(np.int8)


def _goods(rng: np.random.Generator, values: dict[str, Column]) -> None:
    """Cartons seized, disposed of and counted, in whole cartons."""
    size = len(values["case_no"])
    holds = np.isin(values["violation_code"], (0, 2, 3, 4)) & ~np.isnat(values["filed_on"])
    seized = np.where(holds, np.ceil(rng.lognormal(2.6, 0.9, size)), np.nan)
    share = np.where(np.isnat(values["closed_on"]), 0.0, rng.integers(0, 3, size) / 2)
    disposed = np.floor(seized * share)
    values["seized_quantity"], values["disposed_quantity"] = seized, disposed
    values["counted_quantity"] = seized - disposed


def _people(rng: np.random.Generator, people: People, clock: Clock, values: dict[str, Column]) -> None:
    size, unit = len(values["case_no"]), values["unit_id"]
    filed = ~np.isnat(values["filed_on"])
    day: Days = np.where(filed, values["filed_on"], clock.first_day)
    pair = people.pair(unit, day, rng.integers(0, 10**6, size))
    values["handler_ids"] = np.where(filed[:, None], pair, -1)
    values["reviewer_id"] = np.where(filed, people.reviewer[people.epoch(day), unit], -1)
    values["party_hash"] = np.where(values["retailer_id"] < 0, values["case_no"], -1)


def _render(bureau: Bureau, people: People, values: dict[str, Column]) -> Records:
    return Records(
        values,
        words={
            "unit_id": bureau.ids, "case_source": SOURCES, "violation_code": VIOLATIONS, "severity_grade": GRADES,
            "mitigation_code": MITIGATIONS, "mitigation_basis": ("《中华人民共和国行政处罚法》第三十三条",),
            "payment_channel": CHANNELS, "close_kind": CLOSINGS, "review_result": REVIEWS,
            "on_spot_collection_basis": ("《中华人民共和国行政处罚法》第六十八条",),
            "handler_ids": staff_ids(people), "reviewer_id": staff_ids(people),
        },
        formats={"case_no": "AJ%07d", "clue_id": "XS%08d", "retailer_id": "R%08d"},
        hashed={"party_hash": "demo-party-%d"},
    )  # fmt: skip
