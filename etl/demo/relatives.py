"""Declared relatives: officers with a relative's shop in their own office, which they leave alone once declared.

Kept perfect: after the declaration the officer neither checks nor verifies that shop.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.demo.clock import NO_DAY, Clock, Days
from etl.demo.market import Cells, Shops
from etl.demo.people import People, staff_ids
from etl.demo.records import Column, Records


def relations(
    rng: np.random.Generator,
    people: People,
    cells: Cells,
    shops: Shops,
    clock: Clock,
    inspections: Records,
    applications: Records,
) -> Records:
    """staff_relation: officers with a relative's shop in their own office, which they leave alone once declared."""
    staff, shop = _candidates(rng, people, cells, shops)
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
    rng: np.random.Generator, people: People, cells: Cells, shops: Shops
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
