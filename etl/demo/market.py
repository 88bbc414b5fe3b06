"""The demo market: cells with their capacity, the shops in them, schools; where everything lies and what it is like.

Shops that open or close during the record are decided by licensing; this module only holds them and renders the
registers market_cell, retailer and school as they stand on the last day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etl.demo.bureau import Bureau
from etl.demo.clock import NO_DAY, Clock, Days
from etl.demo.records import Column, Records, choose, runs

CELL_SIDE_DEGREES = 0.008
SHOPS_PER_CELL = 28
FULL_SHARE = 0.2
CHANGED_SHARE = 0.12
ACTIVE, SUSPENDED, CLOSED, CANCELLED, RECLAIMED = range(5)
HIGH, MEDIUM, LOW = range(3)
RISK_SHARES = (0.05, 0.25, 0.70)
VISITS_A_YEAR = np.array([3.9, 2.3, 1.4])
_CREDIT_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)
_STREETS = tuple(
    f"示范{name}路" for name in ("桥东", "桥西", "井前", "井后", "坪上", "坪下", "渡口", "坡头", "湾里")
)
_SHOPS = tuple(
    f"{a}{b}{kind}"
    for a in "云青明清和瑞松竹晴"
    for b in "禾米果麦豆"
    for kind in ("食杂店", "便利店", "烟酒店", "超市")
)
_SURNAMES = tuple(f"{letter}*" for letter in "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")


@dataclass
class Cells:
    """Market cells by position. `change_day`: when the capacity grew by `change`, NaT where it never did."""

    unit: NDArray[np.int64]
    started_with: NDArray[np.int64]
    is_full: NDArray[np.bool_]
    capacity: NDArray[np.int64]
    change_day: Days
    change: NDArray[np.int64]
    spacing: NDArray[np.int64]
    corner: NDArray[np.float64]
    ids: list[str]

    def capacity_on(self, cells: Column, days: Days) -> NDArray[np.int64]:
        """The capacity in force on each day."""
        return self.capacity[cells] + np.where(days >= self.change_day[cells], self.change[cells], 0)


@dataclass
class Shops:
    """Retailers by position: those at the start, then those licensed later in the order of their licences."""

    cell: NDArray[np.int64]
    opened: Days
    closed: Days
    state: NDArray[np.int8]
    risk: NDArray[np.int8]
    is_exempt: NDArray[np.bool_]
    special: NDArray[np.int8]
    position: NDArray[np.float64]
    cap: NDArray[np.int64]

    def is_open(self, shops: Column, days: Days) -> NDArray[np.bool_]:
        """Whether each shop was licensed on each day."""
        closed = self.closed[shops]
        return (self.opened[shops] <= days) & (np.isnat(closed) | (closed > days))


def build_cells(rng: np.random.Generator, bureau: Bureau, clock: Clock) -> Cells:
    """Cells of every office, with as many shops as the office has; capacities are set once demand is known."""
    counts = np.maximum(4, bureau.retailers[bureau.offices] // SHOPS_PER_CELL)
    unit = np.repeat(bureau.offices, counts)
    weight = rng.uniform(0.6, 1.4, len(unit))
    total = np.bincount(unit, weight, minlength=len(bureau.ids))
    started = np.floor(weight / total[unit] * bureau.retailers[unit]).astype(np.int64)
    short = bureau.retailers - np.bincount(unit, started, minlength=len(bureau.ids)).astype(np.int64)
    started += runs(unit) < short[unit]
    county = bureau.county[unit]
    order = runs(county)
    width = np.ceil(np.sqrt(np.bincount(county)))[county]
    row, column = np.divmod(order, width)
    column = np.where(row % 2, width - 1 - column, column)
    seat = bureau.place[county]
    changing = rng.random(len(unit)) < CHANGED_SHARE
    days = np.array(
        [d for y in range(clock.start.year, clock.end.year + 1) for d in (f"{y}-01-01", f"{y}-07-01")],
        "M8[D]",
    )
    days = days[(days > clock.first_day + 60) & (days < clock.last_day - 60)]
    picked = rng.integers(0, max(1, len(days)), len(unit))
    serial = runs(unit)
    return Cells(
        unit=unit, started_with=started, is_full=rng.random(len(unit)) < FULL_SHARE, capacity=started.copy(),
        change_day=np.where(changing & (len(days) > 0), days[picked] if len(days) else NO_DAY, NO_DAY),
        change=rng.integers(1, 4, len(unit)), spacing=np.array([30, 50, 80])[choose(rng, len(unit), (5, 3, 2))],
        corner=np.column_stack([seat[:, 0] + column * CELL_SIDE_DEGREES, seat[:, 1] + row * CELL_SIDE_DEGREES]),
        ids=[f"{bureau.ids[u]}-G{n + 1:03d}" for u, n in zip(unit.tolist(), serial.tolist(), strict=True)],
    )  # fmt: skip


def shops_for(rng: np.random.Generator, cells: Cells, cell: Column, opened: Days, special: Column) -> Shops:
    """Shops in the given cells: their risk, class and place. None of them has closed yet."""
    size = len(cell)
    spot = rng.uniform(0.1, 0.9, (size, 2)) * CELL_SIDE_DEGREES
    risk = choose(rng, size, RISK_SHARES).astype(np.int8)
    own = np.where(rng.random(size) < 0.02, rng.integers(0, 3, size), -1)
    return Shops(
        cell=cell, opened=opened, closed=np.full(size, NO_DAY), state=np.zeros(size, dtype=np.int8), risk=risk,
        is_exempt=rng.random(size) < 0.03, special=np.where(special >= 0, special, own).astype(np.int8),
        position=(cells.corner[cell] + spot).round(6), cap=np.ceil(VISITS_A_YEAR[risk]).astype(np.int64) + 3,
    )  # fmt: skip


def credit_codes(regions: Column, serial: Column) -> NDArray[np.str_]:
    """Unified social credit codes: 92, region, DEMP, five characters of the serial, GB 32100 check character."""
    size = len(serial)
    digits = np.empty((size, 17), dtype=np.int64)
    digits[:, :2] = (9, 2)
    digits[:, 2:8] = regions.astype(np.int64)[:, None] // 10 ** np.arange(5, -1, -1) % 10
    digits[:, 8:12] = [bytes(_CREDIT_ALPHABET).index(letter) for letter in b"DEMP"]
    digits[:, 12:] = serial[:, None] // 31 ** np.arange(4, -1, -1) % 31
    weights = np.array([pow(3, i, 31) for i in range(17)])
    check = (31 - (digits * weights).sum(axis=1) % 31) % 31
    letters = _CREDIT_ALPHABET[np.column_stack([digits, check])]
    return np.ascontiguousarray(letters).view("S18").ravel().astype("U18")


def cell_records(cells: Cells, bureau: Bureau, clock: Clock, occupied: Column, queued: Column) -> Records:
    """market_cell: the first version of every cell, then the second of those whose capacity changed."""
    size = len(cells.ids)
    changed = np.flatnonzero(~np.isnat(cells.change_day))
    row = np.r_[np.arange(size), changed]
    is_second = np.arange(len(row)) >= size
    is_current = is_second | np.isnat(cells.change_day[row])
    capacity = cells.capacity[row] + np.where(is_second, cells.change[row], 0)
    beginning = clock.first_day - 700
    full = occupied[row] + queued[row] >= capacity
    state = np.where(is_current, np.where(full, 1, 0), np.where(cells.is_full[row], 1, 0))
    return Records(
        {
            "cell_id": row,
            "unit_id": cells.unit[row],
            "name": row,
            "cell_kind": row % 7,
            "capacity": capacity,
            "e_cigarette_capacity": np.maximum(1, capacity // 5),
            "required_spacing_metres": cells.spacing[row],
            "occupied": np.where(is_current, occupied[row], -1),
            "queued": np.where(is_current, queued[row], -1),
            "state": state.astype(np.int8),
            "valid_from": np.where(is_second, cells.change_day[row], beginning),
            "valid_to": np.where(is_current, NO_DAY, cells.change_day[row] - 1),
            "boundary": _boundaries(cells)[row],
            "coordinate_system": np.zeros(len(row), dtype=np.int8),
        },
        words={
            "cell_id": cells.ids,
            "unit_id": bureau.ids,
            "name": [f"{bureau.names[u]}第{i[-3:]}单元" for u, i in zip(cells.unit.tolist(), cells.ids, strict=True)],
            "cell_kind": (
                "street", "covered_market", "residential", "township", "village", "commercial_complex", "transport_hub",
            ),
            "state": ("unsaturated", "saturated", "restricted"),
            "coordinate_system": ("cgcs2000",),
        },
    )  # fmt: skip


def _boundaries(cells: Cells) -> NDArray[np.str_]:
    """WKT squares; corners are moved by an amount that depends on the corner alone, so neighbours still meet."""
    ring = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * CELL_SIDE_DEGREES
    corners = cells.corner[:, None, :] + ring
    key = np.rint(corners / CELL_SIDE_DEGREES * 1000).astype(np.int64)
    wobble = (key[..., 0] * 7919 + key[..., 1] * 104729)[..., None] * np.array([1, 31]) % 1000 / 1000 - 0.5
    corners = corners + wobble * CELL_SIDE_DEGREES * 0.16
    texts = [
        "POLYGON((" + ", ".join(f"{x:.6f} {y:.6f}" for x, y in points) + "))" for points in corners.tolist()
    ]
    return np.array(texts)


def retailer_records(rng: np.random.Generator, shops: Shops, cells: Cells, bureau: Bureau) -> Records:
    """retailer: every shop as it stands on the last day."""
    size = len(shops.cell)
    region = np.array(bureau.region)[cells.unit[shops.cell]]
    codes = np.where(rng.random(size) < 0.02, "", credit_codes(region, np.arange(size)))
    number = np.arange(size)
    return Records(
        {
            "retailer_id": number,
            "credit_code": codes,
            "shop_name": rng.integers(0, len(_SHOPS), size),
            "operator_name": rng.integers(0, len(_SURNAMES), size),
            "phone": rng.integers(0, 10_000, size),
            "identity_document_hash": number,
            "retailer_hash": number,
            "address": rng.integers(0, len(_STREETS), size),
            "cell_id": shops.cell,
            "annual_inspection_cap": shops.cap,
            "is_plan_exempt": shops.is_exempt.astype(np.int8),
            "business_type": choose(rng, size, (50, 25, 6, 1, 15, 2, 1)),
            "market_type": (cells.unit[shops.cell] % 3 == 0).astype(np.int8),
            "supply_tier": np.clip(rng.binomial(9, 0.45, size) + 1, 1, 10),
            "credit_class": choose(rng, size, (1, 7, 88, 2, 1, 1)),
            "risk_level": shops.risk,
            "special_group": shops.special,
            "has_e_cigarette_scope": (rng.random(size) < 0.12).astype(np.int8),
            "longitude": shops.position[:, 0],
            "latitude": shops.position[:, 1],
            "coordinate_system": np.zeros(size, dtype=np.int8),
            "state": shops.state,
        },
        words={
            "shop_name": _SHOPS,
            "operator_name": _SURNAMES,
            "address": _STREETS,
            "cell_id": cells.ids,
            "business_type": (
                "grocery", "convenience_store", "supermarket", "department_store", "tobacco_liquor_shop",
                "entertainment_service", "other",
            ),
            "market_type": ("urban", "rural"),
            "credit_class": ("AAA", "AA", "A", "B", "C", "D"),
            "risk_level": ("high", "medium", "low"),
            "special_group": ("disability", "military_or_martyr_family", "subsistence_allowance", "other"),
            "coordinate_system": ("cgcs2000",),
            "state": ("active", "suspended", "closed", "cancelled", "reclaimed"),
        },
        formats={"retailer_id": "R%08d", "phone": "138****%04d"},
        hashed={"identity_document_hash": "demo-document-%d", "retailer_hash": "demo-retailer-%d"},
    )  # fmt: skip


def school_records(rng: np.random.Generator, cells: Cells, clock: Clock) -> Records:
    """school: one entrance in about every second cell."""
    cell = np.flatnonzero(rng.random(len(cells.ids)) < 0.5)
    kind = choose(rng, len(cell), (4, 2, 4)).astype(np.int8)
    spot = cells.corner[cell] + rng.uniform(0.2, 0.8, (len(cell), 2)) * CELL_SIDE_DEGREES
    labels = ("示范小学", "示范中学", "示范幼儿园")
    return Records(
        {
            "school_id": np.arange(len(cell)),
            "name": np.array([f"第{i + 1}{labels[k]}" for i, k in enumerate(kind.tolist())]),
            "kind": kind,
            "longitude": spot[:, 0].round(6),
            "latitude": spot[:, 1].round(6),
            "coordinate_system": np.zeros(len(cell), dtype=np.int8),
            "valid_from": np.full(len(cell), clock.first_day - 2000),
            "valid_to": np.full(len(cell), NO_DAY),
        },
        words={"kind": ("primary", "secondary", "kindergarten", "other"), "coordinate_system": ("cgcs2000",)},
        formats={"school_id": "X%05d"},
    )
