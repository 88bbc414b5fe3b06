"""The demo bureau itself: the tree of units and how unequal they are.

Every name is invented and every code lies in a division range that does not exist (99…), so that no real bureau can
be read into it. It must not know what the units do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from etl.demo.records import Records

Scale = Literal["office", "district", "city", "province"]
KINDS = (
    "provincial_bureau",
    "municipal_bureau",
    "county_bureau",
    "management_office",
    "inspection_brigade",
    "service_window",
)
PROVINCE, CITY, COUNTY, OFFICE, BRIGADE, WINDOW = range(6)

# cities, counties, offices a county, retailers at the start (DOMAIN.md §7)
SIZES: dict[str, tuple[int, int, int, int]] = {
    "office": (1, 1, 1, 820),
    "district": (1, 1, 8, 6_500),
    "city": (1, 13, 8, 38_000),
    "province": (14, 90, 6, 270_000),
}
_COUNTY_NAMES = [a + b for b in "岭湾坪渡泽岗屏麓汀陂" for a in "云青明清和瑞松竹晴"]
_CITY_NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯"
_OFFICE_NAMES = ("一号桥", "二号井", "三号坪", "四号渡", "五号坡", "六号湾", "七号门", "八号塘")


@dataclass(frozen=True)
class Bureau:
    """Units by position: arrays of one length, one element a unit.

    `county`, `brigade`, `window`: the unit of that kind in the same county, -1 above it. `retailers`: shops at the
    start, offices only. `place`: longitude and latitude, in an uninhabited region.
    """

    ids: list[str]
    names: list[str]
    parent: NDArray[np.int64]
    kind: NDArray[np.int64]
    county: NDArray[np.int64]
    brigade: NDArray[np.int64]
    window: NDArray[np.int64]
    retailers: NDArray[np.int64]
    place: NDArray[np.float64]
    region: list[str]

    @property
    def offices(self) -> NDArray[np.int64]:
        """The management offices."""
        return np.flatnonzero(self.kind == OFFICE)

    @property
    def counties(self) -> NDArray[np.int64]:
        """The county bureaus."""
        return np.flatnonzero(self.kind == COUNTY)


def build(rng: np.random.Generator, scale: Scale) -> Bureau:
    """The units of one scale, parents first."""
    cities, counties, offices, retailers = SIZES[scale]
    rows: list[tuple[str, str, int, int, str]] = [("99", "示范省局", -1, PROVINCE, "990000")]
    for city, members in enumerate(np.array_split(np.arange(counties), cities)):
        code = f"99{city + 1:02d}"
        name = "示范市局" if cities == 1 else f"示范{_CITY_NAMES[city]}市局"
        rows.append((code, name, 0, CITY, f"{code}00"))
        city_row = len(rows) - 1
        for order, county in enumerate(members.tolist()):
            _add_county(rows, city_row, f"{code}{order + 1:02d}", _COUNTY_NAMES[county], offices)
    kind = np.array([row[3] for row in rows])
    parent = np.array([row[2] for row in rows])
    county_of = np.where(kind == COUNTY, np.arange(len(rows)), np.where(kind > COUNTY, parent, -1))
    return Bureau(
        ids=[row[0] for row in rows],
        names=[row[1] for row in rows],
        parent=parent,
        kind=kind,
        county=county_of,
        brigade=_sibling(kind, county_of, BRIGADE),
        window=_sibling(kind, county_of, WINDOW),
        retailers=_share_out(rng, kind, county_of, retailers),
        place=_places(kind, county_of),
        region=[row[4] for row in rows],
    )


def _add_county(
    rows: list[tuple[str, str, int, int, str]], city: int, code: str, name: str, offices: int
) -> None:
    is_first = len(rows) == 2
    rows.append((code, f"{name}区局(营销部)" if is_first else f"{name}县局(分公司)", city, COUNTY, code))
    county = len(rows) - 1
    prefix = "" if is_first else name
    for number in range(offices):
        label = f"{prefix}{_OFFICE_NAMES[number]}管理所"
        rows.append((f"{code}-S{number + 1:02d}", label, county, OFFICE, code))
    rows.append((f"{code}-J01", f"{name}稽查大队", county, BRIGADE, code))
    rows.append((f"{code}-C01", f"{name}政务服务窗口", county, WINDOW, code))


def _sibling(kind: NDArray[np.int64], county: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """For each unit the unit of the wanted kind in its county."""
    found = np.full(len(kind), -1)
    for unit in np.flatnonzero(kind == wanted):
        found[county == county[unit]] = unit
    return found


def _share_out(
    rng: np.random.Generator, kind: NDArray[np.int64], county: NDArray[np.int64], total: int
) -> NDArray[np.int64]:
    """Shops a unit: counties differ, and within a county the largest office has three times the smallest."""
    weight = np.zeros(len(kind))
    for unit in np.flatnonzero(kind == COUNTY):
        offices = np.flatnonzero((kind == OFFICE) & (county == unit))
        shares = rng.permutation(np.linspace(1, 3, len(offices)) if len(offices) > 1 else np.ones(1))
        weight[offices] = shares / shares.sum() * rng.lognormal(0, 0.3)
    return np.asarray(np.rint(weight / weight.sum() * total), dtype=np.int64)


def _places(kind: NDArray[np.int64], county: NDArray[np.int64]) -> NDArray[np.float64]:
    """County seats on a grid in an uninhabited desert; other units near them."""
    number = np.cumsum(kind == COUNTY) - 1
    place = np.column_stack([100.5 + 0.3 * (number % 10), 40.2 + 0.25 * (number // 10)])
    place[kind < COUNTY] = (100.5, 40.2)
    place[:, 0] += 0.004 * (np.arange(len(kind)) - np.maximum(county, 0)) * (kind > COUNTY)
    return place.round(6)


def unit_records(bureau: Bureau) -> Records:
    """org_unit: one row a unit."""
    size = len(bureau.ids)
    branches = [f"{bureau.names[i]}党支部" for i in range(size)]
    unit_kinds = {OFFICE: [1, 2], WINDOW: [5, -1], COUNTY: [3, 0], BRIGADE: [0, 1]}
    return Records(
        {
            "unit_id": np.arange(size),
            "parent_unit_id": bureau.parent,
            "name": np.arange(size),
            "unit_type": bureau.kind,
            "region_code": np.array(bureau.region),
            "party_branch": np.arange(size),
            "integrity_unit_kinds": np.array([unit_kinds.get(int(k), [2, -1]) for k in bureau.kind]),
            "longitude": bureau.place[:, 0],
            "latitude": bureau.place[:, 1],
            "coordinate_system": np.zeros(size, dtype=np.int8),
            "is_active": np.ones(size, dtype=np.int8),
        },
        words={
            "unit_id": bureau.ids,
            "parent_unit_id": bureau.ids,
            "name": bureau.names,
            "unit_type": KINDS,
            "party_branch": branches,
            "integrity_unit_kinds": ("cadre", "branch", "unit", "agency", "station", "window"),
            "coordinate_system": ("cgcs2000",),
        },
    )
