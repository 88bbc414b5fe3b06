"""Irregularities in licensing: L1 to L16, and a decision that is rewritten afterwards."""

from __future__ import annotations

import numpy as np

from etl.demo.clock import NEVER, Days, at
from etl.demo.people import AUXILIARY
from etl.demo.planting.planter import Mask, Planter
from etl.demo.procedure import CHANGE, NEW, REFUSED, RENEWAL, REPLACEMENT, RESUMPTION, SUSPENSION
from etl.demo.records import Column, Records
from model.indicators import catalogue

TABLE = "licence_application"
_MOVABLE = (CHANGE, RENEWAL, REPLACEMENT, RESUMPTION, SUSPENSION)


def plant(planter: Planter) -> None:
    """One of each; hard rules first, so that they find their rows free."""
    _limits(planter)
    _verification(planter)
    _layout(planter)
    _reasons(planter)
    _queue(planter)
    _slowness(planter)
    _patterns(planter)


def _decided(table: Records) -> Mask:
    return np.asarray(table["result"] == 0)


def _movable(table: Records) -> Mask:
    """Granted without queue, extension or hearing, of a kind whose date no other register copies."""
    plain = (
        (table["queue_no"] < 0) & (table["extended_working_days"] < 0) & (table["suspended_working_days"] < 0)
    )
    return np.asarray(_decided(table) & plain & np.isin(table["application_type"], _MOVABLE))


def move_decision(planter: Planter, rows: Column, days: Days) -> None:
    """Decide these applications on other days; what follows a decision follows it, and renewed licences too."""
    table, clock, rng = planter.table(TABLE), planter.clock, planter.rng
    size = len(rows)
    table["decided_at"][rows] = at(rng, days, 14, 17)
    table["reviewed_at"][rows] = days.astype("M8[s]") + 49_900
    table["delivered_at"][rows] = clock.to_end(at(rng, clock.after(days, rng.integers(0, 8, size)), 17, 18))
    table["published_at"][rows] = clock.to_end(at(rng, clock.after(days, rng.integers(0, 7, size)), 17, 18))
    licences = planter.table("licence")
    shops = len(planter.world.shops.cell)
    renewals = np.flatnonzero((table["application_type"] == RENEWAL) & _decided(table))
    is_renewal = np.isin(rows, renewals)
    renewed = shops + np.searchsorted(renewals, rows[is_renewal])
    licences["issued_on"][renewed] = days[is_renewal]
    licences["expires_on"][renewed] = days[is_renewal] + 5 * 365 - 1
    licences["state_changed_on"][table["_licence"][rows[is_renewal]]] = days[is_renewal]


def _limits(planter: Planter) -> None:
    table, clock, rng = planter.table(TABLE), planter.clock, planter.rng
    accepted = table["accepted_at"].astype("M8[D]")
    slow = _movable(table) & (table["application_type"] != RENEWAL) & (accepted < clock.last_day - 60)

    def too_late(rows: Column) -> None:
        move_decision(planter, rows, clock.after(accepted[rows], rng.integers(21, 30, len(rows))))

    planter.breach("L1", TABLE, slow, table["accepted_at"], too_late, planter.office(), also=["L2", "L3"])

    expires = table["previous_expires_on"]
    timely = (table["application_type"] == RENEWAL) & _movable(table)
    timely &= (table["submitted_at"].astype("M8[D]") <= expires - 60) & (expires < clock.last_day - 20)
    timely &= np.isnat(table["supplement_notice_at"])

    def after_expiry(rows: Column) -> None:
        start = clock.after(expires[rows] - 5, 0)
        table["accepted_at"][rows] = at(rng, start, 11.6, 13.8)
        seen = ~np.isnat(table["verification_started_at"][rows])
        visit = at(rng, clock.after(start, 1), 9, 10.5)
        table["verification_started_at"][rows] = np.where(seen, visit, NEVER)
        table["verification_ended_at"][rows] = np.where(seen, visit + 1800, NEVER)
        move_decision(
            planter, rows, clock.after(np.maximum(start, expires[rows]) + 1, rng.integers(1, 5, len(rows)))
        )

    planter.breach("L13", TABLE, timely, expires, after_expiry, planter.office(), also=["L2", "L3"])


def _verification(planter: Planter) -> None:
    table, clock, rng = planter.table(TABLE), planter.clock, planter.rng
    people = planter.world.people
    verified = ~np.isnat(table["verification_ended_at"]) & ~np.isin(
        table["retailer_id"], planter.related_shops
    )

    def alone(rows: Column) -> None:
        helper = people.seated(AUXILIARY, table["unit_id"][rows])[0]
        wrong = np.array([-1, helper])[np.arange(len(rows)) % 2]
        table["second_verifier_id"][rows] = wrong

    planter.breach("L5", TABLE, verified, table["verification_ended_at"], alone, planter.office())

    decided = table["decided_at"].astype("M8[D]")
    first = _decided(table) & verified & (decided < clock.last_day - 20)

    def afterwards(rows: Column) -> None:
        visit = at(rng, clock.after(decided[rows], rng.integers(1, 6, len(rows))), 9, 11)
        table["verification_started_at"][rows] = visit
        table["verification_ended_at"][rows] = visit + 1500

    planter.breach("L6", TABLE, first, table["decided_at"], afterwards, planter.office())


def _layout(planter: Planter) -> None:
    table = planter.table(TABLE)
    granted = _decided(table) & (table["application_type"] == NEW)
    plain = granted & (table["exemption_code"] < 0)

    def full(rows: Column) -> None:
        table["occupied_at_decision"][rows] = table["capacity_at_decision"][rows]

    planter.breach("L7", TABLE, plain, table["decided_at"], full, planter.office(), count=3)

    def near_school(rows: Column) -> None:
        table["nearest_school_metres"][rows] = 12 + np.arange(len(rows))

    measured = plain & (table["required_school_metres"] > 0)
    planter.breach("L8", TABLE, measured, table["decided_at"], near_school, planter.office(), count=3)

    def unproven(rows: Column) -> None:
        table["is_exemption_proof_verified"][rows] = 0

    relaxed = granted & (table["exemption_code"] >= 0)
    planter.breach("L9", TABLE, relaxed, table["decided_at"], unproven, planter.office(), count=2)


def _reasons(planter: Planter) -> None:
    table = planter.table(TABLE)

    def unreasoned(rows: Column) -> None:
        table["has_remedy_notice"][rows[::2]] = 0
        table["refusal_basis"][rows[1::2]] = -1

    refused = table["result"] == REFUSED
    planter.breach("L11", TABLE, refused, table["decided_at"], unreasoned, planter.office(), count=2)

    def untold(rows: Column) -> None:
        table["extension_reason"][rows[::2]] = -1
        table["extension_notice_at"][rows[1::2]] = NEVER

    extended = (table["extended_working_days"] > 0) & ~np.isnat(table["decided_at"])
    planter.breach("L12", TABLE, extended, table["decided_at"], untold, planter.office(), count=2)

    def asked_again(rows: Column) -> None:
        table["supplement_count"][rows] = 2

    asked = ~np.isnat(table["supplement_notice_at"])
    planter.breach("L4", TABLE, asked, table["supplement_notice_at"], asked_again, planter.office())


def _queue(planter: Planter) -> None:
    """Two neighbours in a queue change numbers: the one who is decided first now holds the later number."""
    table = planter.table(TABLE)
    waiting = planter.free(TABLE, _decided(table) & (table["queue_no"] > 0))
    order = waiting[np.lexsort([table["queue_no"][waiting], table["cell_id"][waiting]])]
    first, second = order[:-1], order[1:]
    joined, decided = table["queue_joined_at"], table["decided_at"]
    able = (table["cell_id"][first] == table["cell_id"][second]) & (decided[first] < decided[second])
    able &= (table["queue_no"][second] == table["queue_no"][first] + 1) & (joined[second] < decided[first])
    pairs = np.flatnonzero(able)
    for place in planter.sample(pairs, 1).tolist():
        one, other = int(first[place]), int(second[place])
        for name in ("queue_no", "queue_joined_at"):
            table[name][[one, other]] = table[name][[other, one]]
        month = str(decided[one].astype("M8[M]"))
        unit = int(table["unit_id"][one])
        planter.used[TABLE][other] = True
        planter.note("L10", "breach", unit, TABLE, np.array([one]), [month], subject="queue")


def _slowness(planter: Planter) -> None:
    """What gets worse from some month on: beyond the promise, within it but slower, unpublished."""
    table, clock, rng = planter.table(TABLE), planter.clock, planter.rng
    accepted, promised = table["accepted_at"].astype("M8[D]"), table["promised_working_days"]
    in_time = clock.between(accepted, table["decided_at"].astype("M8[D]")) <= promised
    settled = _movable(table) & in_time & (accepted < clock.last_day - 35)

    def late(rows: Column) -> None:
        wait = np.minimum(promised[rows] + rng.integers(1, 10, len(rows)), 18)
        move_decision(planter, rows, clock.after(accepted[rows], wait))

    unit = planter.office()
    own = settled & (table["unit_id"] == unit)
    promised_on = clock.after(accepted, promised)
    planter.shift("L2", TABLE, own, promised_on, late, unit, share=0.35, base=0.045, also=["L3"])

    def dawdling(rows: Column) -> None:
        move_decision(planter, rows, clock.after(accepted[rows], promised[rows]))

    unit = planter.office()
    own = settled & (table["unit_id"] == unit) & (promised >= 3)
    is_shown = _has_strata(planter, unit, promised_on)
    planter.shift("L3", TABLE, own, promised_on, dawdling, unit, share=0.85, base=0.25, is_shown=is_shown)

    def unpublished(rows: Column) -> None:
        table["published_at"][rows] = NEVER

    unit = planter.office()
    own = (
        (table["unit_id"] == unit) & np.isin(table["result"], (0, REFUSED)) & ~np.isnat(table["published_at"])
    )
    due = clock.after(table["decided_at"].astype("M8[D]"), 7)
    planter.shift("L16", TABLE, own, due, unpublished, unit, share=0.3, base=0.015)


def _has_strata(planter: Planter, unit: int, moments: Days) -> bool:
    """L3 has a value in the first three months: types with the least number of decisions hold half of the weight."""
    table, least = planter.table(TABLE), catalogue().indicators["L3"].minimum_denominator
    decided = _decided(table) | (table["result"] == REFUSED)
    weight = np.bincount(table["application_type"][decided])
    for month in planter.shifted[:3]:
        own = decided & (table["unit_id"] == unit) & planter.within(moments, [month])
        enough = np.bincount(table["application_type"][own], minlength=len(weight)) >= least
        if weight[enough].sum() < weight.sum() / 2:
            return False
    return True


def _patterns(planter: Planter) -> None:
    """The same two verifiers nearly always; one agent behind many applications."""
    table, people = planter.table(TABLE), planter.world.people
    unit = planter.large_office()
    verified = (table["second_verifier_id"] >= 0) & (table["unit_id"] == unit)
    verified &= ~np.isin(table["retailer_id"], planter.related_shops)

    def same_pair(rows: Column) -> None:
        epoch = people.epoch(table["verification_started_at"][rows])
        table["first_verifier_id"][rows] = people.officers[epoch, unit, 0]
        table["second_verifier_id"][rows] = people.officers[epoch, unit, 1]

    pairs = int(people.officer_count[unit] * (people.officer_count[unit] - 1) // 2)
    moments = table["verification_started_at"]
    planter.shift("L14", TABLE, verified, moments, same_pair, unit, share=0.8, base=round(1 / pairs, 4),
                  kind="pattern", months=planter.recent, subject="pair of verifiers")  # fmt: skip

    unit = planter.office()
    agent = 9_000_000 + unit

    def one_agent(rows: Column) -> None:
        table["agent_hash"][rows] = agent

    own = (table["unit_id"] == unit) & (table["agent_hash"] < 0)
    planter.shift("L15", TABLE, own, table["submitted_at"], one_agent, unit, share=0.22, base=0.07 / 14,
                  kind="pattern", months=planter.recent, subject="agent")  # fmt: skip


def revise(planter: Planter) -> Records | None:
    """Decisions that were late are delivered again, dated into the promise: the rows of a second file."""
    table, clock = planter.table(TABLE), planter.clock
    accepted, promised = table["accepted_at"].astype("M8[D]"), table["promised_working_days"]
    late = clock.between(accepted, table["decided_at"].astype("M8[D]")) > promised
    able = _movable(table) & late & (promised >= 1) & planter.within(table["decided_at"], planter.recent)
    able &= ~planter.used[TABLE]
    units, counts = np.unique(table["unit_id"][able], return_counts=True)
    if not len(units):
        return None
    unit = int(units[np.argmax(counts)])
    rows = planter.sample(np.flatnonzero(able & (table["unit_id"] == unit)), 5)
    months = sorted({str(month) for month in table["decided_at"][rows].astype("M8[M]")})
    changed = table.take(rows)
    visited = changed["verification_ended_at"].astype("M8[D]")
    changed["decided_at"] = clock.after(accepted[rows], promised[rows]).astype("M8[s]") + 57_600
    changed["reviewed_at"] = changed["decided_at"] - 3_600
    too_early = visited >= changed["decided_at"].astype("M8[D]")
    for name in ("verification_started_at", "verification_ended_at"):
        day = accepted[rows].astype("M8[s]") + (32_400 if "started" in name else 34_200)
        changed[name] = np.where(too_early, day, changed[name])
    planter.note("L2", "revision", unit, TABLE, rows, months, subject="decided_at", also=["L3"])
    return changed
