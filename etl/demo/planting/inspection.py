"""Irregularities in checks: I1 to I12, and clues that lead to nothing (C11)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.demo.inspection import CORRECT, DOUBLE_RANDOM, NO_ISSUE, ROUTINE
from etl.demo.market import HIGH, LOW
from etl.demo.people import AUXILIARY
from etl.demo.planting import power
from etl.demo.planting.planter import Kind, Mask, Planter
from etl.demo.planting.power import POWER
from etl.demo.records import Column

TABLE = "inspection"


def plant(planter: Planter) -> None:
    """One of each; hard rules first, so that they find their rows free."""
    _lawfulness(planter)
    _over_inspected(planter)
    _same_team(planter)
    for indicator, share in (("I2", 0.22), ("I3", 0.16)):
        _uninspected(planter, indicator, share)
    _wrong_risk(planter)
    _draws(planter)
    _records(planter)
    _finding_team(planter)


def _visits(planter: Planter, unit: int | None = None) -> Mask:
    """Checks of licensed shops that were carried out, without those of related shops; of one unit where given."""
    table = planter.table(TABLE)
    mask = (table["retailer_id"] >= 0) & ~np.isnat(table["started_at"])
    mask &= ~np.isin(table["retailer_id"], planter.related_shops)
    return np.asarray(mask if unit is None else mask & (table["unit_id"] == unit))


def _lawfulness(planter: Planter) -> None:
    table, people = planter.table(TABLE), planter.world.people
    plain = _visits(planter) & (table["inspection_kind"] == ROUTINE)
    unit = planter.office()
    helper = people.seated(AUXILIARY, np.array([unit]))[0]

    def alone(rows: Column) -> None:
        wrong = np.array([-1, helper])[np.arange(len(rows)) % 2]
        table["officer_ids"][rows, 1] = wrong

    planter.breach("I1", TABLE, plain & (table["unit_id"] == unit), table["started_at"], alone, unit, count=6)

    def unplanned(rows: Column) -> None:
        table["plan_id"][rows] = -1

    planter.breach("I7", TABLE, plain, table["started_at"], unplanned, planter.office(), count=6)


def move_visits(planter: Planter, rows: Column, shops: Column) -> None:
    """Let these checks be of other shops: the draw and the position go with them."""
    table, place = planter.table(TABLE), planter.world.shops.position
    before = table["retailer_id"][rows]
    for axis, name in enumerate(("longitude", "latitude")):
        moved = table[name][rows] + place[shops, axis] - place[before, axis]
        table[name][rows] = moved.round(6)
    drawn = table["drawn_retailer_id"][rows]
    table["drawn_retailer_id"][rows] = np.where(drawn == before, shops, drawn)
    table["retailer_id"][rows] = shops


def _stable_shops(planter: Planter, unit: int) -> NDArray[np.int64]:
    """The unit's shops that were open all the time and whose relatives are nobody."""
    shops, cells = planter.world.shops, planter.world.cells
    stable = (
        (cells.unit[shops.cell] == unit) & (shops.opened < planter.clock.first_day) & np.isnat(shops.closed)
    )
    stable &= (shops.state == 0) & ~shops.is_exempt
    stable[planter.related_shops] = False
    stable &= ~planter.used["retailer"]
    return np.flatnonzero(stable)


def _receivers(planter: Planter, unit: int, without: Column, count: int) -> NDArray[np.int64]:
    """`count` shops that can take one more check in every year without passing their cap, in turn."""
    table, shops = planter.table(TABLE), planter.world.shops
    candidates = np.setdiff1d(_stable_shops(planter, unit), without)
    busiest = np.zeros(len(shops.cell), dtype=np.int64)
    years = table["started_at"].astype("M8[Y]")
    for year in np.unique(years[~np.isnat(years)]):
        done = table["retailer_id"][(years == year) & (table["retailer_id"] >= 0)]
        busiest = np.maximum(busiest, np.bincount(done, minlength=len(shops.cell)))
    able = planter.rng.permutation(candidates[busiest[candidates] + 1 <= shops.cap[candidates]])
    room = shops.cap[able] - busiest[able]
    return np.repeat(able, np.minimum(room, 2))[:count] if len(able) else able


def _uninspected(planter: Planter, indicator: str, share: float) -> None:
    """Some shops of an office are passed over for more than a year; their checks went to neighbours."""
    table, clock, unit = planter.table(TABLE), planter.clock, planter.office()
    own = _stable_shops(planter, unit)
    shops = planter.sample(own, int(share * len(own)))
    since = max(clock.first_day, clock.last_day - 430)
    rows = np.flatnonzero(
        _visits(planter) & np.isin(table["retailer_id"], shops) & (table["started_at"] >= since)
    )
    rows = rows[~planter.used[TABLE][rows]]
    receivers = _receivers(planter, unit, shops, len(rows))
    rows = rows[: len(receivers)]
    move_visits(planter, rows, receivers)
    recent = table["started_at"] > clock.last_day - 365
    still = np.isin(shops, table["retailer_id"][recent & (table["retailer_id"] >= 0)])
    passed_over = shops[~still]
    base = 0.04 if indicator == "I2" else 0.02
    total = int((planter.world.cells.unit[planter.world.shops.cell] == unit).sum())
    size = planter.size(indicator, unit, total, base, base + len(passed_over) / total)
    other = "I3" if indicator == "I2" else "I2"
    # the indicator looks back on 365 days: the months whose look back begins after the last of the old checks
    shown = [
        month for month in clock.months if (np.datetime64(month, "M") + 1).astype("M8[D]") - 366 >= since
    ]
    kind: Kind = "outlier" if indicator == "I2" else "pattern"
    planter.used[TABLE][rows] = True
    planter.note(indicator, kind, unit, "retailer", passed_over, shown, subject="shops without inspection",
                 detectable=size["power"] >= POWER, size=size, also=[other, "I4"])  # fmt: skip


def _over_inspected(planter: Planter) -> None:
    """Three shops get more checks this year than their cap allows; the checks are taken from others."""
    table, clock, shops, unit = planter.table(TABLE), planter.clock, planter.world.shops, planter.office()
    year = np.datetime64(clock.end, "Y")
    this_year = _visits(planter, unit) & (table["started_at"].astype("M8[Y]") == year)
    this_year &= (table["inspection_kind"] == ROUTINE) & ~planter.used[TABLE]
    own = _stable_shops(planter, unit)
    targets = planter.sample(own[shops.risk[own] == LOW], 3)
    counts = np.bincount(table["retailer_id"][this_year], minlength=len(shops.cell))
    donors = np.flatnonzero(this_year & (counts[np.maximum(table["retailer_id"], 0)] >= 2))
    donors = planter.rng.permutation(donors[~np.isin(table["retailer_id"][donors], targets)])
    over = np.zeros(0, dtype=np.int64)
    for shop in targets.tolist():
        done = np.sum((table["retailer_id"] == shop) & (table["started_at"].astype("M8[Y]") == year))
        needed = int(shops.cap[shop] + 2 - done)
        if len(donors) < needed:
            break
        move_visits(planter, donors[:needed], np.full(needed, shop))
        planter.used[TABLE][donors[:needed]] = True
        donors, over = donors[needed:], np.r_[over, shop]
    months = [month for month in clock.months if month[:4] == str(year)]
    planter.note("I4", "breach", unit, "retailer", over, months, subject="shops above their cap", also=["I5"])


def _same_team(planter: Planter) -> None:
    """One pair of officers makes all the checks of some shops."""
    table, clock, people = planter.table(TABLE), planter.clock, planter.world.people
    unit = planter.large_office()
    year = _visits(planter, unit) & (table["started_at"] > clock.last_day - 365)
    counts = np.bincount(table["retailer_id"][year], minlength=len(planter.world.shops.cell))
    counts[planter.used["retailer"]] = 0
    shops = planter.sample(np.flatnonzero(counts >= 4), 12)
    rows = planter.free(TABLE, year & np.isin(table["retailer_id"], shops))
    first, last = people.epoch(np.array([clock.last_day - 364, clock.last_day]))
    stays = np.intersect1d(people.officers[first, unit], people.officers[last, unit])
    stays = stays[stays >= 0] if np.sum(stays >= 0) >= 2 else people.officers[last, unit]
    table["officer_ids"][rows] = stays[:2]
    drawn = rows[table["draw_id"][rows] >= 0]
    table["drawn_officer_ids"][drawn] = stays[:2]
    planter.used[TABLE][rows] = True
    planter.note("I5", "pattern", unit, "retailer", shops, planter.recent, subject="same officers, same shop",
                 detectable=len(shops) >= 4, size={"shops": len(shops), "checks": len(rows)})  # fmt: skip


def _wrong_risk(planter: Planter) -> None:
    """High-risk shops are spared: most of their checks of the last year went to low-risk ones."""
    table, shops, unit = planter.table(TABLE), planter.world.shops, planter.large_office()
    high = np.flatnonzero((shops.risk == HIGH) & (planter.world.cells.unit[shops.cell] == unit))
    year = _visits(planter) & (table["started_at"] > planter.clock.last_day - 365)
    rows = planter.free(TABLE, year & np.isin(table["retailer_id"], high))
    picked = rows[planter.rng.random(len(rows)) < 0.72]
    low = np.flatnonzero(shops.risk != LOW)
    receivers = _receivers(planter, unit, low, len(picked))
    picked = picked[: len(receivers)]
    move_visits(planter, picked, receivers)
    strength = _strength(planter, year)
    others = planter.world.bureau.offices[planter.world.bureau.offices != unit]
    found = power.of_mean("I8", float(strength[unit]), strength[others])
    size = {"moved": len(picked), "of": len(rows), "power": round(found, 3)}
    # a year is looked back on: only the newest month shows the whole of it
    planter.note("I8", "outlier", unit, TABLE, picked, planter.recent[-1:], subject="high-risk shops",
                 detectable=found >= POWER, size=size, also=["I4"])  # fmt: skip


def _strength(planter: Planter, checked: Mask) -> NDArray[np.float64]:
    """Checks per high-risk shop over checks per low-risk shop, of every unit."""
    shops, units = planter.world.shops, planter.world.cells.unit[planter.world.shops.cell]
    checks = np.bincount(planter.table(TABLE)["retailer_id"][checked], minlength=len(shops.cell))
    rates: list[NDArray[np.float64]] = []
    for risk in (HIGH, LOW):
        own = (shops.risk == risk) & (shops.state == 0)
        number = np.bincount(units[own], minlength=len(planter.world.bureau.ids))
        done = np.bincount(units[own], checks[own], minlength=len(planter.world.bureau.ids))
        rates.append(power.quotient(done, number))
    return power.quotient(rates[0], rates[1])


def _draws(planter: Planter) -> None:
    """Drawn checks are made by other officers than those drawn."""
    table, people = planter.table(TABLE), planter.world.people
    unit = planter.office()
    drawn = _visits(planter, unit) & (table["inspection_kind"] == DOUBLE_RANDOM)
    drawn &= np.all(table["officer_ids"] == table["drawn_officer_ids"], axis=1)

    def others(rows: Column) -> None:
        for row in rows.tolist():
            epoch = int(people.epoch(table["started_at"][[row]])[0])
            rest = np.setdiff1d(
                people.officers[epoch, unit, : people.officer_count[unit]], table["officer_ids"][row]
            )
            table["officer_ids"][row, 1] = planter.rng.choice(rest)

    planter.shift("I6", TABLE, drawn, table["drawn_on"] + 30, others, unit, share=0.45, base=0.042)


def _records(planter: Planter) -> None:
    """Records with gaps, checks of a minute, issues that stay open."""
    table, rng, clock = planter.table(TABLE), planter.rng, planter.clock
    unit = planter.office()

    def gaps(rows: Column) -> None:
        table["recording_id"][rows] = -1

    own = _visits(planter, unit) & (table["recording_id"] >= 0)
    planter.shift("I9", TABLE, own, table["started_at"], gaps, unit, share=0.25, base=0.018)

    unit = planter.office()

    def hasty(rows: Column) -> None:
        table["ended_at"][rows] = table["started_at"][rows] + rng.integers(40, 150, len(rows))

    own = _visits(planter, unit) & (table["coordinate_system"] >= 0)
    planter.shift("I10", TABLE, own, table["started_at"], hasty, unit, share=0.16, base=0.012)

    unit = planter.office()

    def left_open(rows: Column) -> None:
        table["issue_closed_on"][rows] = np.datetime64("NaT")

    own = _visits(planter, unit) & (table["issue_count"] > 0) & ~np.isnat(table["issue_closed_on"])
    own &= table["started_at"] < clock.last_day - 30
    due = np.where(
        np.isnat(table["issue_due_on"]), table["started_at"].astype("M8[D]"), table["issue_due_on"]
    )
    planter.shift("I12", TABLE, own, due, left_open, unit, share=0.45, base=0.035)


def _finding_team(planter: Planter) -> None:
    """One pair makes many of an office's checks, and finds something in half of them."""
    table, people, rng = planter.table(TABLE), planter.world.people, planter.rng
    unit = planter.large_office()
    own = _visits(planter, unit) & (table["inspection_kind"] != DOUBLE_RANDOM) & (table["clue_id"] < 0)
    rows = planter.free(TABLE, own & planter.within(table["started_at"], planter.shifted))
    rows = rows[rng.random(len(rows)) < 0.5]
    epoch = people.epoch(table["started_at"][rows])
    table["officer_ids"][rows] = people.officers[epoch, unit][:, 2:4]
    found = rows[(rng.random(len(rows)) < 0.45) & (table["issue_count"][rows] == 0)]
    set_found(planter, found)
    trials = len(rows) // max(1, len(planter.shifted)) * 3
    size = planter.size("I11", unit, trials, 0.09, 0.5)
    planter.note("I11", "pattern", unit, TABLE, rows, planter.shifted, subject="one pair of officers",
                 detectable=bool(size["power"] >= POWER and trials >= 30), size=size)  # fmt: skip


def set_found(planter: Planter, rows: Column) -> None:
    """Let these checks have found one issue, put right as prepared."""
    table = planter.table(TABLE)
    table["issue_count"][rows] = 1
    table["issue_codes"][rows, 0] = 4
    table["result"][rows] = CORRECT
    table["issue_due_on"][rows] = table["_due"][rows]
    table["issue_closed_on"][rows] = table["_closed"][rows]


def set_nothing(planter: Planter, rows: Column) -> None:
    """Let these checks have found nothing."""
    table = planter.table(TABLE)
    table["issue_count"][rows] = 0
    table["issue_codes"][rows] = -1
    table["result"][rows] = NO_ISSUE
    for name in ("issue_due_on", "issue_closed_on"):
        table[name][rows] = np.datetime64("NaT")
