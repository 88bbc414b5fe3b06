"""The demo bureau's staff: posts, certificates that are renewed, and moves between units.

A person's history is several rows of the staff file in chronological order, each changing one thing: a renewal (new
certificate, in force from its first day) or a move (new unit, in force from `post_since`). Who sat where on a day is
asked of `People`; what they did is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etl.demo.bureau import BRIGADE, CITY, COUNTY, PROVINCE, WINDOW, Bureau
from etl.demo.clock import Clock, Days
from etl.demo.records import Column, Records

ROLES = (
    "monopoly_officer", "customer_manager", "window_clerk", "inspector", "office_head", "branch_secretary",
    "branch_discipline_member", "legal_reviewer", "leader", "discipline_group_officer", "system_administrator",
    "auxiliary", "other",
)  # fmt: skip
(
    OFFICER,
    MANAGER,
    CLERK,
    INSPECTOR,
    HEAD,
    SECRETARY,
    MEMBER,
    REVIEWER,
    LEADER,
    DISCIPLINE,
    ADMIN,
    AUXILIARY,
    OTHER,
) = range(13)
KEY_ROLES = (OFFICER, CLERK, INSPECTOR, HEAD)
CERTIFIED_ROLES = (OFFICER, INSPECTOR, HEAD, REVIEWER)
_SURNAMES = tuple(f"{letter}*" for letter in "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
_ROTATION_YEARS = 2.0
_ROTATION_SHARE = 0.93
_STAFF_FORMAT = "P%06d"
_CERTIFICATE_FORMAT = "ZF99%08d"


@dataclass(frozen=True)
class People:
    """Seats (unit and post, fixed) and who sat in them in each epoch; an epoch ends where posts are rotated.

    `occupant[epoch, seat]` is a staff number; `epochs` the first days of all epochs but the first. `officers[epoch,
    unit, slot]` are those who inspect and verify, `officer_count[unit]` how many (the same in all epochs).
    """

    seat_unit: NDArray[np.int64]
    seat_role: NDArray[np.int64]
    occupant: NDArray[np.int64]
    epochs: Days
    officers: NDArray[np.int32]
    officer_count: NDArray[np.int64]
    head: NDArray[np.int32]
    decider: NDArray[np.int32]
    reviewer: NDArray[np.int32]
    staff: Records

    def epoch(self, days: Days) -> NDArray[np.int64]:
        """The epoch in which each day lies."""
        return np.searchsorted(self.epochs, days.astype("M8[D]"), side="right")

    def pair(self, units: Column, days: Days, turn: Column) -> NDArray[np.int32]:
        """Two different officers of each unit on each day, (n, 2): `turn` counts through all pairs in rotation."""
        count = self.officer_count[units]
        number = turn % (count * (count - 1) // 2)
        second = np.floor((1 + np.sqrt(1 + 8 * number)) / 2 + 1e-9).astype(np.int64)
        first = number - second * (second - 1) // 2
        epoch = self.epoch(days)
        return np.column_stack([self.officers[epoch, units, first], self.officers[epoch, units, second]])

    def seated(self, role: int, units: Column | None = None) -> Column:
        """The seats of one role, of some units where given."""
        wanted = self.seat_role == role
        return np.flatnonzero(wanted if units is None else wanted & np.isin(self.seat_unit, units))


def build(rng: np.random.Generator, bureau: Bureau, clock: Clock, stuck: Column) -> People:
    """Seats, occupants, rotations and the staff file; nobody is rotated in the units of `stuck`."""
    unit, role = _seats(bureau)
    epochs = _epoch_days(clock)
    size = len(unit)
    since = clock.first_day - rng.integers(30, 1000, size)
    occupant, moves = _rotate(rng, bureau, unit, role, since.copy(), epochs, np.isin(unit, stuck))
    officers, count = _rosters(bureau, unit, role, occupant)
    head = _holder(bureau, unit, role, occupant, HEAD)
    return People(
        seat_unit=unit, seat_role=role, occupant=occupant, epochs=epochs, officers=officers, officer_count=count,
        head=head, decider=_holder(bureau, unit, role, occupant, LEADER),
        reviewer=_holder(bureau, unit, role, occupant, REVIEWER),
        staff=_staff_records(rng, bureau, clock, unit, role, since, moves),
    )  # fmt: skip


def _seats(bureau: Bureau) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Unit and role of every seat: about 80 to 120 a county bureau."""
    top = {LEADER: 2, DISCIPLINE: 3, REVIEWER: 1, ADMIN: 1, OTHER: 6}
    plan = {
        PROVINCE: top,
        CITY: top,
        COUNTY: {LEADER: 2, DISCIPLINE: 3, REVIEWER: 2, SECRETARY: 1, MEMBER: 1, ADMIN: 1, OTHER: 8},
        BRIGADE: {INSPECTOR: 8, HEAD: 1, OTHER: 1},
        WINDOW: {CLERK: 4, HEAD: 1},
    }
    units: list[int] = []
    roles: list[int] = []
    for unit, kind in enumerate(bureau.kind.tolist()):
        posts = plan.get(kind) or _office_posts(int(bureau.retailers[unit]))
        for role, count in posts.items():
            units += [unit] * count
            roles += [role] * count
    return np.array(units), np.array(roles)


def _office_posts(retailers: int) -> dict[int, int]:
    officers = int(np.clip(round(retailers / 140), 5, 9))
    return {OFFICER: officers, MANAGER: max(2, round(retailers / 350)), HEAD: 1, AUXILIARY: 1}


def _epoch_days(clock: Clock) -> Days:
    """Posts are rotated on 1 March."""
    years = range(clock.start.year, clock.end.year + 1)
    days = np.array([f"{year}-03-01" for year in years], dtype="M8[D]")
    return days[(days > clock.first_day) & (days <= clock.last_day)]


def _rotate(
    rng: np.random.Generator,
    bureau: Bureau,
    unit: Column,
    role: Column,
    since: Days,
    epochs: Days,
    stuck: Column,
) -> tuple[NDArray[np.int64], list[tuple[int, np.datetime64, int]]]:
    """Occupants by epoch and seat, and the moves (staff, day, new unit): those long in a key post change seats."""
    size = len(unit)
    occupant = np.tile(np.arange(size), (len(epochs) + 1, 1))
    moves: list[tuple[int, np.datetime64, int]] = []
    for number, day in enumerate(epochs):
        occupant[number + 1] = occupant[number]
        tenure = (day - since[occupant[number]]).astype(int) / 365.25
        moving = (
            ~stuck
            & (tenure > _ROTATION_YEARS)
            & (rng.random(size) < _ROTATION_SHARE)
            & np.isin(role, KEY_ROLES)
        )
        moved = np.zeros(0, dtype=np.int64)
        for county in bureau.counties.tolist():
            for post in KEY_ROLES:
                seats = np.flatnonzero(moving & (role == post) & (bureau.county[unit] == county))
                occupant[number + 1, seats] = np.roll(occupant[number, seats], 1)
                moved = np.r_[moved, seats]
        moves += [(int(occupant[number + 1, seat]), day, int(unit[seat])) for seat in moved]
        since[occupant[number + 1, moved]] = day
    return occupant, moves


def _rosters(
    bureau: Bureau, unit: Column, role: Column, occupant: Column
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Officers by epoch, unit and slot; and how many a unit has."""
    is_officer = (role == OFFICER) | (role == INSPECTOR)
    count = np.bincount(unit[is_officer], minlength=len(bureau.ids))
    table = np.full((len(occupant), len(bureau.ids), count.max()), -1, dtype=np.int32)
    for place in np.flatnonzero(count):
        seats = np.flatnonzero(is_officer & (unit == place))
        table[:, place, : len(seats)] = occupant[:, seats]
    return table, count


def _holder(bureau: Bureau, unit: Column, role: Column, occupant: Column, post: int) -> NDArray[np.int32]:
    """Who holds a post for each unit by epoch (epoch, unit): its own holder, else its county's."""
    table = np.full((len(occupant), len(bureau.ids)), -1, dtype=np.int32)
    seats = np.flatnonzero(role == post)
    table[:, unit[seats]] = occupant[:, seats]
    above = np.maximum(bureau.county, 0)
    return np.where(table >= 0, table, table[:, above]).astype(np.int32)


def _staff_records(
    rng: np.random.Generator,
    bureau: Bureau,
    clock: Clock,
    unit: Column,
    role: Column,
    since: Days,
    moves: list[tuple[int, np.datetime64, int]],
) -> Records:
    """The staff file: first rows, renewals and moves, each person's rows in chronological order."""
    size = len(unit)
    holds = np.isin(role, CERTIFIED_ROLES)
    until = clock.first_day + rng.integers(40, 5 * 365, size)
    lead = rng.integers(0, 25, size)
    changes = [(staff, day, "move", place) for staff, day, place in moves]
    renewed = np.flatnonzero(holds & (until <= clock.last_day + 30) & (until - lead <= clock.last_day))
    changes += [(int(s), until[s] - int(lead[s]), "renewal", 0) for s in renewed]
    changes.sort(key=lambda change: (change[0], change[1], change[2]))
    rows: list[tuple[int, int, int, np.datetime64, np.datetime64, np.datetime64]] = []
    position = 0
    for staff in range(size):
        place, number, start, stop, post = (
            int(unit[staff]), staff * 10, until[staff] - 5 * 365, until[staff], since[staff],
        )  # fmt: skip
        rows.append((staff, place, number, start, stop, post))
        while position < len(changes) and changes[position][0] == staff:
            _, day, what, target = changes[position]
            position += 1
            if what == "move":
                place, post = target, day
            else:
                number, start, stop = number + 1, day, day + 5 * 365
            rows.append((staff, place, number, start, stop, post))
    return _as_records(rng, bureau, rows, role, holds)


def _as_records(
    rng: np.random.Generator,
    bureau: Bureau,
    rows: list[tuple[int, int, int, np.datetime64, np.datetime64, np.datetime64]],
    role: Column,
    holds: Column,
) -> Records:
    staff, place, number, start, stop, post = (np.array(column) for column in zip(*rows, strict=True))
    names = rng.integers(0, len(_SURNAMES), len(role))
    party = rng.random(len(role)) < 0.55
    certified = holds[staff]
    return Records(
        {
            "staff_id": staff,
            "unit_id": place,
            "name": names[staff],
            "role": role[staff],
            "is_key_post": np.isin(role[staff], KEY_ROLES).astype(np.int8),
            "certificate_no": np.where(certified, number, -1),
            "certificate_valid_from": np.where(certified, start, np.datetime64("NaT", "D")),
            "certificate_valid_to": np.where(certified, stop, np.datetime64("NaT", "D")),
            "is_party_member": party[staff].astype(np.int8),
            "post_since": post,
            "state": np.zeros(len(staff), dtype=np.int8),
        },
        words={
            "unit_id": bureau.ids,
            "name": _SURNAMES,
            "role": ROLES,
            "state": ("on_post", "off_post", "retired"),
        },
        formats={"staff_id": _STAFF_FORMAT, "certificate_no": _CERTIFICATE_FORMAT},
    )


def staff_ids(people: People) -> list[str]:
    """All staff numbers, in order: the vocabulary of every column that names a person."""
    return [_STAFF_FORMAT % i for i in range(len(people.seat_unit))]
