"""The register of licences that applications leave: who holds which, from when to when, and what became of it.

Each application names the licence that it is about. It must not decide who applies, or what is granted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.demo.bureau import Bureau
from etl.demo.clock import NO_DAY, Days
from etl.demo.handling import Rows
from etl.demo.market import CLOSED, Cells, Shops
from etl.demo.procedure import GRANTED, LICENCE_STATES, RENEWAL
from etl.demo.records import Column, Records, runs

DAYS_VALID = 5 * 365


def runs_out(granted: Days) -> Days:
    """The last day of a licence granted then."""
    return np.asarray(granted.astype("M8[D]") + DAYS_VALID - 1)


def records(
    rng: np.random.Generator, bureau: Bureau, cells: Cells, first_expiry: Days, shops: Shops, rows: Rows
) -> Records:
    """licence: the first one of every shop, then the renewed ones; a renewal cancels the licence it replaces."""
    size = len(shops.cell)
    renewed = np.flatnonzero((rows["type"] == RENEWAL) & (rows["result"] == GRANTED))
    shop = np.r_[np.arange(size), rows["shop"][renewed]]
    issued = np.r_[shops.opened, rows["decided"][renewed].astype("M8[D]")]
    expires = runs_out(issued)
    expires[: len(first_expiry)] = first_expiry
    _name(rows, renewed, size)
    replaced_on = np.full(len(shop), NO_DAY)
    replaced_on[rows["licence"][renewed]] = rows["decided"][renewed].astype("M8[D]")
    state = np.choose(shops.state[shop], (0, 1, 2, 6, 3))
    changed = np.where(shops.state[shop] >= CLOSED, shops.closed[shop], NO_DAY)
    state = np.where(np.isnat(replaced_on), state, 6)
    changed = np.where(np.isnat(replaced_on), changed, replaced_on)
    basis = np.select(
        [~np.isnat(replaced_on), shops.state[shop] == CLOSED, shops.state[shop] > CLOSED], [0, 1, 2], -1
    )
    county = bureau.county[cells.unit[shops.cell[shop]]]
    return Records(
        {
            "licence_no": _numbers(bureau, county), "retailer_id": shop,
            "scope": _scopes(rng, len(shop)),
            "issued_on": issued, "expires_on": expires, "state": state.astype(np.int8),
            "state_changed_on": changed, "state_change_basis": basis.astype(np.int8), "issuing_unit_id": county,
        },
        words={
            "scope": ("cigarette", "cigar", "e_cigarette"),
            "state": LICENCE_STATES, "issuing_unit_id": bureau.ids,
            "state_change_basis": ("延续换发新证，原证注销", "持证人申请歇业", "《烟草专卖许可证管理办法》"),
        },
        formats={"licence_no": "%012d", "retailer_id": "R%08d"},
    )  # fmt: skip


def _scopes(rng: np.random.Generator, size: int) -> Column:
    """Cigarettes, for some cigars as well."""
    return np.column_stack([np.zeros(size, dtype=np.int8), np.where(rng.random(size) < 0.4, 1, -1)])


def _name(rows: Rows, renewed: Column, shops: int) -> None:
    """Applications after a renewal are about the renewed licence."""
    if not len(renewed):
        return
    order = np.lexsort([rows["decided"][renewed], rows["shop"][renewed]])
    shop, since = rows["shop"][renewed][order], rows["decided"][renewed][order].astype(np.int64)
    span = int(max(since.max(), rows["submitted"].astype(np.int64).max())) + 1
    last = np.searchsorted(shop * span + since, rows["shop"] * span + rows["submitted"].astype(np.int64)) - 1
    is_renewed = (rows["licence"] >= 0) & (last >= 0) & (shop[last] == rows["shop"])
    rows["licence"] = np.where(is_renewed, shops + order[last], rows["licence"])


def _numbers(bureau: Bureau, county: Column) -> NDArray[np.int64]:
    """Twelve digits as an integer: region, kind of holder, serial within the county."""
    order = np.argsort(county, kind="stable")
    serial = np.empty(len(county), dtype=np.int64)
    serial[order] = runs(county[order]) + 1
    region = np.array(bureau.region).astype(np.int64)[county]
    return np.asarray(region * 10**6 + (1 + (serial % 12 == 0)) * 10**5 + serial, dtype=np.int64)
