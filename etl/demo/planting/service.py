"""Irregularities towards people and in duty: H1 to H8, M1 to M4, Q1 to Q10 but Q9, which is planted with the posts."""

from __future__ import annotations

import numpy as np

from etl.demo.clock import NEVER, NO_DAY, at
from etl.demo.complaints import COMPLAINT, REPORT, link_repeats
from etl.demo.integrity_activities import HOME_VISIT, PLEDGE, SELF_CHECK, TALK, TRAINING
from etl.demo.people import CLERK, OFFICER
from etl.demo.planting import power
from etl.demo.planting.planter import Planter
from etl.demo.planting.power import POWER
from etl.demo.records import Column
from etl.demo.supporting import NEGATIVE


def plant(planter: Planter) -> None:
    """One of each; hard rules first, so that they find their rows free."""
    _vault(planter)
    _ratings(planter)
    _tickets(planter)
    _repeats(planter)
    _conduct(planter)
    _supply(planter)
    _relatives(planter)
    _staff_duties(planter)
    _unit_duties(planter)
    _warnings(planter)


def _vault(planter: Planter) -> None:
    table, people = planter.table("vault_access"), planter.world.people
    recent = planter.free("vault_access", planter.within(table["read_at"], planter.recent))
    rows = planter.sample(recent, 3)
    unit = planter.office()
    outsider = people.seated(OFFICER, np.array([unit]))[0]
    table["reader_id"][rows] = outsider
    table["is_allowed"][rows[1:]] = 0
    table["purpose"][rows[1:]] = -1
    months = sorted({str(month) for month in table["read_at"][rows].astype("M8[M]")})
    planter.note("H7", "breach", unit, "vault_access", rows, months, subject="reader")


def _ratings(planter: Planter) -> None:
    table, clock, rng = planter.table("evaluation"), planter.clock, planter.rng
    due = clock.after(table["rated_at"].astype("M8[D]"), 17)
    negative = (table["rating"] >= NEGATIVE) & (due < clock.last_day - 14)

    def uncorrected(rows: Column) -> None:
        late = at(rng, due[rows] + rng.integers(2, 10, len(rows)), 9, 17)
        table["rectified_at"][rows] = np.where(np.arange(len(rows)) % 2 == 0, late, NEVER)
        table["revisited_at"][rows] = NEVER

    planter.breach("H8", "evaluation", negative, table["rated_at"], uncorrected, planter.office())

    unit = planter.large_office()
    shops, cells = planter.world.shops, planter.world.cells
    own = cells.unit[shops.cell[np.maximum(table["retailer_hash"], 0)]] == unit
    own &= (table["retailer_hash"] >= 0) & (table["rating"] < NEGATIVE)

    def unknown_rater(rows: Column) -> None:
        table["retailer_hash"][rows] = -1

    planter.shift("Q10", "evaluation", own, table["rated_at"], unknown_rater, unit, share=0.85, base=0.07,
                  kind="outlier", months=planter.recent)  # fmt: skip


def _tickets(planter: Planter) -> None:
    """Tickets of one office are accepted late, of another closed late, of a third leave callers unhappy."""
    table, clock, rng = planter.table("complaint"), planter.clock, planter.rng
    handled = table["handling_unit_id"]
    free = table["repeat_of_ticket_no"] < 0
    unit = planter.large_office()

    def accepted_late(rows: Column) -> None:
        day = table["received_at"][rows].astype("M8[D]")
        accepted = at(rng, clock.after(day, rng.integers(2, 5, len(rows))), 9, 16)
        table["accepted_at"][rows] = accepted
        table["assigned_at"][rows] = accepted + 600
        table["closed_at"][rows] = np.maximum(table["closed_at"][rows], accepted + 1800)

    own = (
        (handled == unit)
        & free
        & (table["accepted_at"] <= table["accept_due_at"])
        & ~np.isnat(table["closed_at"])
    )
    own &= table["received_at"] < clock.last_day - 20
    planter.shift("H1", "complaint", own, table["accept_due_at"], accepted_late, unit, share=0.5, base=0.03)

    unit = planter.large_office()

    def closed_late(rows: Column) -> None:
        day = clock.after(table["due_at"][rows].astype("M8[D]"), rng.integers(1, 8, len(rows)))
        table["closed_at"][rows] = at(rng, day, 9, 17)
        table["revisited_at"][rows] = table["closed_at"][rows] + 86_400

    own = (
        (handled == unit)
        & free
        & (table["closed_at"] <= table["due_at"])
        & (table["due_at"] < clock.last_day - 25)
    )
    planter.shift("H2", "complaint", own, table["due_at"], closed_late, unit, share=0.5, base=0.035)

    unit = planter.large_office()

    def unhappy(rows: Column) -> None:
        table["satisfaction"][rows] = rng.integers(3, 5, len(rows))

    own = (handled == unit) & (table["satisfaction"] >= 0) & (table["satisfaction"] < 3)
    planter.shift("H3", "complaint", own, table["closed_at"], unhappy, unit, share=0.55, base=0.05)


def _repeats(planter: Planter) -> None:
    table, clock, unit = planter.table("complaint"), planter.clock, planter.large_office()
    links = table["repeat_of_ticket_no"]
    ticket = np.arange(1, len(table) + 1)
    own = (table["handling_unit_id"] == unit) & (table["closed_at"] < clock.last_day - 60)
    own &= ~np.isin(ticket, links)
    watched = table["closed_at"].astype("M8[D]") + 90
    span = planter.clock.months[-12:]
    rows = planter.free("complaint", own & planter.within(watched, span))
    picked = rows[planter.rng.random(len(rows)) < 0.5]
    link_repeats(planter.rng, table.values, picked, links, table["received_at"])
    done = picked[np.isin(ticket[picked], links)]
    trials = int(planter.within(watched[rows], span[:3]).sum())
    size = planter.size("H4", unit, trials, 0.05, 0.05 + len(done) / max(len(rows), 1))
    planter.note("H4", "outlier", unit, "complaint", done, span, detectable=size["power"] >= POWER, size=size)


def _conduct(planter: Planter) -> None:
    """Many complaints about the conduct of one office; about another nearly all are found true."""
    table, world, unit = planter.table("complaint"), planter.world, planter.large_office()
    inquired = np.isin(table["category"], (REPORT, COMPLAINT))
    ticket = np.arange(1, len(table) + 1)
    alone = (table["repeat_of_ticket_no"] < 0) & ~np.isin(ticket, table["repeat_of_ticket_no"])

    def about_staff(rows: Column) -> None:
        table["conduct_code"][rows] = planter.rng.integers(0, 3, len(rows))
        table["target_unit_id"][rows] = unit
        table["handling_unit_id"][rows] = world.bureau.county[unit]
        table["is_recusal_observed"][rows] = 1

    own = inquired & alone & (table["handling_unit_id"] == unit) & (table["conduct_code"] < 0)
    planter.shift("H5", "complaint", own, table["received_at"], about_staff, unit, share=0.75, base=0.13,
                  observed=int(world.bureau.retailers[unit]),
                  kind="outlier", months=planter.recent)  # fmt: skip

    unit = planter.large_office()

    def true(rows: Column) -> None:
        table["finding"][rows] = 0

    own = (table["target_unit_id"] == unit) & (table["conduct_code"] >= 0) & (table["finding"] > 1)
    planter.shift("H6", "complaint", own, table["closed_at"], true, unit, share=0.9, base=0.36, kind="outlier",
                  months=planter.clock.months)  # fmt: skip


def _supply(planter: Planter) -> None:
    table, clock, rng = planter.table("supply_month"), planter.clock, planter.rng
    month = np.array(clock.months, dtype="M8[M]")[table["month"]].astype("M8[D]")

    def unapproved(rows: Column) -> None:
        table["allocated_quantity"][rows] = np.ceil(table["rule_quantity"][rows] * 1.15) + 2
        table["approval_id"][rows] = -1

    every = table["rule_quantity"] > 0
    planter.breach("M1", "supply_month", every, month, unapproved, planter.office(), count=5)

    unit = planter.office()
    rows = np.flatnonzero((table["unit_id"] == unit) & planter.within(month, planter.recent))
    table["top_one_percent_scarce_quantity"][rows] = np.floor(table["scarce_quantity"][rows] * 0.22)
    first = planter.within(month, planter.recent[:1])
    top, all_of_it = (np.bincount(table["unit_id"][first], table[name][first], minlength=len(planter.world.bureau.ids))
                      for name in ("top_one_percent_scarce_quantity", "scarce_quantity"))  # fmt: skip
    others = planter.world.bureau.offices[planter.world.bureau.offices != unit]
    shares = power.quotient(top, all_of_it)
    found = power.of_mean("M2", float(shares[unit]), shares[others])
    size = {"from": 0.045, "to": 0.22, "observations": len(rows), "power": round(found, 3)}
    planter.note("M2", "outlier", unit, "supply_month", rows, planter.recent, subject="top 1 % of shops",
                 detectable=found >= POWER, size=size)  # fmt: skip

    unit = planter.office()
    rows = np.flatnonzero((table["unit_id"] == unit) & planter.within(month, planter.shifted))
    orders = table["online_order_count"][rows]
    table["shared_source_order_count"][rows] = rng.binomial(orders, 0.06)
    trials = int(orders.sum() // max(1, len(planter.shifted)) * 3)
    size = planter.size("M3", unit, trials, 0.007, 0.06)
    planter.note("M3", "shift", unit, "supply_month", rows, planter.shifted, detectable=size["power"] >= POWER,
                 size=size)  # fmt: skip


def _relatives(planter: Planter) -> None:
    """Employees check the shops of their own relatives after having declared them."""
    relations, checks = planter.table("staff_relation"), planter.table("inspection")
    order = planter.rng.permutation(len(relations))
    for place in order.tolist():
        staff, shop = int(relations["staff_id"][place]), int(relations["retailer_id"][place])
        declared = relations["declared_on"][place]
        met = (checks["retailer_id"] == shop) & (checks["started_at"] > declared) & (checks["draw_id"] < 0)
        met &= ~np.any(checks["officer_ids"] == staff, axis=1)
        rows = planter.free("inspection", met)
        if not len(rows):
            continue
        checks["officer_ids"][rows, 1] = staff
        unit = int(checks["unit_id"][rows[0]])
        months = sorted({str(month) for month in checks["started_at"][rows].astype("M8[M]")})
        planter.note("M4", "breach", unit, "inspection", rows, months, subject="officer and relative")
        return


def _staff_duties(planter: Planter) -> None:
    """Talks not held, training not passed, visits not made, pledges not signed."""
    table = planter.table("activity")
    kind, planned = table["activity_kind"], table["planned_on"]
    done = ~np.isnat(table["done_on"])

    def undone(rows: Column) -> None:
        table["done_on"][rows] = NO_DAY

    unit = planter.large_office()
    own = done & (table["unit_id"] == unit)
    planter.shift("Q1", "activity", own & (kind == TALK), planned, undone, unit, share=0.6, base=0.07)

    unit = planter.large_office()

    def failed(rows: Column) -> None:
        table["score"][rows] = planter.rng.integers(20, 58, len(rows))

    own = done & (table["unit_id"] == unit)
    planter.shift("Q4", "activity", own & (kind == TRAINING), planned, failed, unit, share=0.6, base=0.065)

    unit = planter.large_office()
    own = done & (table["unit_id"] == unit)
    planter.shift("Q3", "activity", own & (kind == HOME_VISIT), planned, undone, unit, share=0.75, base=0.06,
                  kind="outlier", months=planter.recent)  # fmt: skip
    this_year = planned >= np.datetime64(f"{planter.clock.end.year}-01-01")
    if planter.clock.start.year == planter.clock.end.year:
        this_year = np.ones(len(planned), dtype=bool)
    pledge = done & (kind == PLEDGE) & this_year
    planter.breach("Q2", "activity", pledge, planned, undone, planter.office(), count=2)


def _unit_duties(planter: Planter) -> None:
    table, clock = planter.table("activity"), planter.clock
    unit = planter.office()

    def unclosed(rows: Column) -> None:
        table["issue_closed_on"][rows] = NO_DAY

    own = (table["unit_id"] == unit) & (table["activity_kind"] == SELF_CHECK) & (table["issue_count"] > 0)
    own &= ~np.isnat(table["issue_closed_on"])
    planter.shift("Q5", "activity", own, table["issue_due_on"], unclosed, unit, share=0.8, base=0.04)

    lists = planter.table("checklist")
    rows = planter.free("checklist", (lists["role"] == CLERK) & (lists["list_kind"] == 3))
    lists["reviewed_on"][rows] = clock.last_day - 700
    window = int(planter.world.bureau.window[planter.office()])
    planter.note(
        "Q6", "breach", window, "checklist", rows, planter.recent, subject="post window_clerk, all windows"
    )


def _warnings(planter: Planter) -> None:
    table, clock, rng = planter.table("warning"), planter.clock, planter.rng
    unit = planter.large_office()

    def overdue(rows: Column) -> None:
        day = clock.after(table["due_at"][rows].astype("M8[D]"), rng.integers(1, 8, len(rows)))
        table["closed_at"][rows] = at(rng, day, 9, 17)

    own = (
        (table["unit_id"] == unit)
        & (table["closed_at"] <= table["due_at"])
        & (table["due_at"] < clock.last_day - 25)
    )
    planter.shift("Q7", "warning", own, table["due_at"], overdue, unit, share=0.7, base=0.035)

    unit = planter.large_office()

    def mistaken(rows: Column) -> None:
        table["verdict"][rows] = rng.integers(0, 2, len(rows))
        table["action"][rows] = -1

    own = (table["unit_id"] == unit) & (table["verdict"] >= 2)
    planter.shift("Q8", "warning", own, table["closed_at"], mistaken, unit, share=0.9, base=0.55, kind="outlier",
                  months=planter.recent)  # fmt: skip
