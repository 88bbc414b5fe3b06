"""Irregularities in cases: C1 to C12."""

from __future__ import annotations

import numpy as np

from etl.demo.clock import NEVER, NO_DAY
from etl.demo.enforcement import BANDS
from etl.demo.planting import inspection
from etl.demo.planting.planter import Mask, Planter
from etl.demo.records import Column
from model.judgement import rules

TABLE = "enforcement_case"
_AFTER_FILING = ("legal_review_at", "penalty_decided_on", "served_on", "paid_on", "closed_on", "published_on",
                 "annulled_on", "publication_withdrawn_on")  # fmt: skip
_PENALTY_COLUMNS: dict[str, object] = {
    "legal_review_at": NEVER, "penalty_decided_on": NO_DAY, "served_on": NO_DAY, "paid_on": NO_DAY,
    "published_on": NO_DAY,
    "annulled_on": NO_DAY, "publication_withdrawn_on": NO_DAY, "fine_amount": np.nan, "confiscated_amount": np.nan,
    "payment_channel": -1, "on_spot_collection_basis": -1, "mitigation_code": -1, "mitigation_basis": -1,
    "review_result": -1,
    "is_collectively_discussed": -1, "has_hearing": -1,
}  # fmt: skip


def plant(planter: Planter) -> None:
    """One of each; hard rules first, so that they find their rows free."""
    _clocks(planter)
    _fines(planter)
    _procedure(planter)
    _spread(planter)
    _bunching(planter)
    _outcomes(planter)


def _fined(planter: Planter) -> Mask:
    """Decided cases with a fine as a share of a base, bounded by a band."""
    table = planter.table(TABLE)
    return np.asarray(
        (table["fine_amount"] > 0) & ~np.isnan(table["band_low"]) & (table["review_result"] < 0)
    )


def _delay(planter: Planter, rows: Column, columns: tuple[str, ...], days: Column) -> None:
    """Move the steps of some cases; what would lie after the last day has not happened yet."""
    table = planter.table(TABLE)
    for name in columns:
        unit = 86_400 if table[name].dtype == np.dtype("M8[s]") else 1
        table[name][rows] = planter.clock.to_end(table[name][rows] + days * unit)


def _clocks(planter: Planter) -> None:
    table, clock, rng = planter.table(TABLE), planter.clock, planter.rng
    settled = ~np.isnat(table["closed_on"]) & ~np.isnat(table["filed_on"])
    early = settled & (table["closed_on"] < clock.last_day - 40)

    def filed_late(rows: Column) -> None:
        days = rng.integers(9, 25, len(rows))
        _delay(planter, rows, ("filing_decided_at", "filed_on", *_AFTER_FILING), days)

    planter.breach("C1", TABLE, early, table["clue_at"], filed_late, planter.brigade(), count=3)

    decided = settled & ~np.isnat(table["penalty_decided_on"]) & (table["closed_on"] < clock.last_day - 130)

    def decided_late(rows: Column) -> None:
        _delay(planter, rows, _AFTER_FILING, rng.integers(95, 125, len(rows)))

    planter.breach(
        "C2", TABLE, decided, table["penalty_decided_on"], decided_late, planter.brigade(), count=3
    )


def _fines(planter: Planter) -> None:
    table = planter.table(TABLE)

    def outside(rows: Column) -> None:
        ratio = np.where(
            np.arange(len(rows)) % 2 == 0, table["band_low"][rows] * 0.5, table["band_high"][rows] * 1.4
        )
        table["fine_amount"][rows] = (table["penalty_base_amount"][rows] * ratio).round(2)
        table["is_collectively_discussed"][rows] = 0

    plain = _fined(planter) & (table["mitigation_code"] < 0)
    planter.breach("C3", TABLE, plain, table["penalty_decided_on"], outside, planter.brigade(), count=2)

    def unreasoned(rows: Column) -> None:
        table["mitigation_code"][rows] = 0
        table["mitigation_basis"][rows] = -1

    lighter = _fined(planter) & (table["severity_grade"] == 1)
    planter.breach("C5", TABLE, lighter, table["penalty_decided_on"], unreasoned, planter.office(), count=2)


def _procedure(planter: Planter) -> None:
    table = planter.table(TABLE)
    decided = ~np.isnat(table["penalty_decided_on"])

    def unreviewed(rows: Column) -> None:
        table["is_legal_review_required"][rows] = 1
        table["legal_review_at"][rows] = NEVER

    planter.breach("C6", TABLE, decided, table["penalty_decided_on"], unreviewed, planter.brigade(), count=3)

    def by_hand(rows: Column) -> None:
        table["payment_channel"][rows] = 2 + np.arange(len(rows)) % 2
        table["on_spot_collection_basis"][rows] = -1

    paid = ~np.isnat(table["paid_on"])
    planter.breach("C8", TABLE, paid, table["paid_on"], by_hand, planter.office(), count=2)

    def missing(rows: Column) -> None:
        table["counted_quantity"][rows] = np.floor(table["counted_quantity"][rows] * 0.6)

    stored = table["counted_quantity"] >= 5
    planter.breach("C9", TABLE, stored, table["clue_at"], missing, planter.brigade(), count=2)

    unit = planter.brigade()

    def unrecorded(rows: Column) -> None:
        table["is_recording_complete"][rows] = 0

    own = (table["unit_id"] == unit) & (table["is_recording_complete"] == 1)
    planter.shift("C7", TABLE, own, table["penalty_decided_on"], unrecorded, unit, share=0.55, base=0.015)


def _spread(planter: Planter) -> None:
    """Like cases are fined at both ends of the legal range, each time after collective discussion."""
    table, unit, rng = planter.table(TABLE), planter.brigade(), planter.rng
    own = _fined(planter) & (table["unit_id"] == unit) & (table["mitigation_code"] < 0)
    recent = planter.free(TABLE, own & planter.within(table["penalty_decided_on"], planter.recent))
    rows = recent if len(recent) >= 12 else planter.free(TABLE, own)
    months = planter.recent if len(recent) >= 12 else planter.clock.months
    rows = rows[rng.random(len(rows)) < 0.6]
    band = BANDS[table["violation_code"][rows]]
    ratio = np.where(rng.random(len(rows)) < 0.5, band[:, 0], band[:, 1] * rng.uniform(0.9, 1.0, len(rows)))
    table["fine_amount"][rows] = (table["penalty_base_amount"][rows] * ratio).round(2)
    table["is_collectively_discussed"][rows] = 1
    size = {"from": 0.07, "to": 0.35, "observations": len(rows)}
    planter.note(
        "C4",
        "outlier",
        unit,
        TABLE,
        rows,
        months,
        detectable=len(rows) >= 12 and planter.peers(unit) >= rules().comparison.least_units,
        size=size,
    )


def _bunching(planter: Planter) -> None:
    """Nearly all fines of an office lie at the very bottom of their band."""
    table, unit, rng = planter.table(TABLE), planter.large_office(), planter.rng
    own = _fined(planter) & (table["unit_id"] == unit) & (table["mitigation_code"] < 0)
    rows = planter.free(TABLE, own)
    width = table["band_high"][rows] - table["band_low"][rows]
    ratio = table["band_low"][rows] + width * rng.uniform(0.004, 0.02, len(rows))
    table["fine_amount"][rows] = (table["penalty_base_amount"][rows] * ratio).round(2)
    # one half to the number of fines, among all units that fine (see model/judgement/rules.toml, pattern.C3)
    fining = len(np.unique(table["unit_id"][_fined(planter)]))
    chance = 0.5 ** len(rows) * fining
    size = {"share_in_lowest_fiftieth": 1.0, "observations": len(rows), "p": chance}
    rule = rules()
    found = len(rows) >= rule.patterns["C3"].least_count and chance <= rule.comparison.q
    planter.note("C3", "pattern", unit, TABLE, rows, planter.clock.months, detectable=bool(found), size=size,
                 subject="fines at the lower edge of the band", also=["C4"])  # fmt: skip


def _outcomes(planter: Planter) -> None:
    """Cases withdrawn, decisions lost on review, clue-led checks that find nothing."""
    table, clock, unit = planter.table(TABLE), planter.clock, planter.large_office()

    def withdrawn(rows: Column) -> None:
        for name, blank in _PENALTY_COLUMNS.items():
            table[name][rows] = blank
        table["close_kind"][rows] = 1

    own = (table["unit_id"] == unit) & ~np.isnat(table["filed_on"]) & ~np.isnat(table["closed_on"])
    planter.shift("C10", TABLE, own, table["filing_decided_at"], withdrawn, unit, share=0.6, base=0.19,
                  kind="outlier", months=clock.months[-18:])  # fmt: skip

    unit = planter.brigade()

    def lost(rows: Column) -> None:
        answered = clock.after(table["penalty_decided_on"][rows], 45)
        table["review_result"][rows] = 2
        table["annulled_on"][rows] = answered
        published = ~np.isnat(table["published_on"][rows])
        table["publication_withdrawn_on"][rows] = np.where(published, clock.after(answered, 1), NO_DAY)

    decided = (
        (table["unit_id"] == unit)
        & (table["penalty_decided_on"] < clock.last_day - 80)
        & (table["review_result"] < 0)
    )
    planter.shift("C12", TABLE, decided, table["penalty_decided_on"], lost, unit, share=0.3, base=0.009,
                  kind="outlier", months=clock.months[-18:])  # fmt: skip
    _empty_clues(planter)


def _empty_clues(planter: Planter) -> None:
    """Checks that follow a clue find nothing, and the clue is not filed."""
    table, checks, unit = planter.table(TABLE), planter.table("inspection"), planter.brigade()
    if not (table["clue_id"].size and checks["clue_id"].size):
        return
    led = (checks["clue_id"] >= 0) & (checks["unit_id"] == unit) & (checks["issue_count"] > 0)
    case_of = np.full(int(max(0, table["clue_id"].max(), checks["clue_id"].max())) + 1, -1)
    known = table["clue_id"] >= 0
    case_of[table["clue_id"][known]] = np.flatnonzero(known)
    case = case_of[np.maximum(checks["clue_id"], 0)]
    led &= (case >= 0) & ~planter.used[TABLE][np.maximum(case, 0)]

    def nothing(rows: Column) -> None:
        inspection.set_nothing(planter, rows)
        cases = case[rows]
        for name, blank in _PENALTY_COLUMNS.items():
            table[name][cases] = blank
        for name in ("filed_on", "closed_on"):
            table[name][cases] = NO_DAY
        for name in ("seized_quantity", "disposed_quantity", "counted_quantity"):
            table[name][cases] = np.nan
        for name in ("close_kind", "is_recording_complete", "is_legal_review_required", "is_evidence_complete",
                     "handler_ids", "reviewer_id"):  # fmt: skip
            table[name][cases] = -1
        planter.used[TABLE][cases] = True

    planter.shift("C11", "inspection", led, checks["started_at"], nothing, unit, share=0.85, base=0.35,
                  kind="outlier", months=planter.clock.months[-18:], also=["C10"])  # fmt: skip
