"""Integrity activities: talks, visits, pledges, training, self-checks and meetings of a bureau's offices.

Naturally imperfect at one rate everywhere. Kept perfect: the yearly pledges of key posts.
"""

from __future__ import annotations

import numpy as np

from etl.demo.bureau import Bureau
from etl.demo.clock import NO_DAY, Clock, Days
from etl.demo.people import CLERK, HEAD, INSPECTOR, MANAGER, OFFICER, People, staff_ids
from etl.demo.records import Column, Records, stack

TALK_SHARE, TRAINING_SHARE, VISIT_SHARE, CHECK_SHARE = 0.93, 0.95, 0.94, 0.96
ACTIVITIES = (
    "talk", "home_visit", "pledge", "anti_drug_pledge", "training", "self_check", "three_meetings_one_lesson",
    "political_study_day", "themed_party_day",
)  # fmt: skip
TALK, HOME_VISIT, PLEDGE, ANTI_DRUG, TRAINING, SELF_CHECK, MEETING, STUDY_DAY, PARTY_DAY = range(9)
PLEDGING_ROLES = (OFFICER, MANAGER, CLERK, INSPECTOR, HEAD)


def activities(rng: np.random.Generator, bureau: Bureau, people: People, clock: Clock) -> Records:
    """activity: monthly talks and training, yearly pledges, home visits, self-checks, branch meetings."""
    months = np.array(clock.months, dtype="M8[M]")
    parts = [
        _monthly(rng, people, months, TALK, TALK_SHARE),
        _monthly(rng, people, months, TRAINING, TRAINING_SHARE),
        _pledges(rng, people, clock),
        _home_visits(rng, people, months),
        _self_checks(rng, bureau, clock, months),
        _meetings(rng, bureau, months),
    ]
    blanks = {
        "activity_kind": 0, "unit_id": 0, "staff_id": -1, "planned_on": NO_DAY, "done_on": NO_DAY, "score": -1,
        "issue_count": -1, "issue_due_on": NO_DAY, "issue_closed_on": NO_DAY,
    }  # fmt: skip
    rows = stack(parts, blanks)
    rows["done_on"] = clock.to_end(rows["done_on"])
    order = np.argsort(rows["planned_on"], kind="stable")
    rows = {name: column[order] for name, column in rows.items()}
    size, unit, talk = len(order), rows["unit_id"], rows["activity_kind"] == TALK
    epoch = people.epoch(rows["planned_on"])
    host = np.where(rows["staff_id"] >= 0, people.decider[epoch, unit], -1)
    functions = np.column_stack([rng.integers(0, 2, size), rng.integers(2, 5, size)])
    level = np.choose(bureau.kind[unit], (0, 1, 2, 3, 3, 3))
    return Records(
        {
            "activity_id": np.arange(1, size + 1), **rows, "host_staff_id": host,
            "talk_level": np.where(talk, level, -1), "talk_functions": np.where(talk[:, None], functions, -1),
        },
        words={
            "activity_kind": ACTIVITIES, "unit_id": bureau.ids, "staff_id": staff_ids(people),
            "host_staff_id": staff_ids(people), "talk_level": ("provincial", "municipal", "county", "office", "branch"),
            "talk_functions": ("help_work", "care_for_life", "point_out_problems", "warn_of_risk", "set_requirements"),
        },
        formats={"activity_id": "HD%08d"},
    )  # fmt: skip


def _seats_by_month(people: People, months: Days) -> tuple[Column, Column, Column]:
    """Every seat in every month: month, unit, and who sat there on the month's first day."""
    seats = len(people.seat_unit)
    month = np.repeat(months, seats)
    seat = np.tile(np.arange(seats), len(months))
    return month, people.seat_unit[seat], people.occupant[people.epoch(month.astype("M8[D]")), seat]


def _day_in(rng: np.random.Generator, month: Days) -> Days:
    """Some day of each month, its first 27 days."""
    return month.astype("M8[D]") + rng.integers(0, 27, len(month))


def _monthly(
    rng: np.random.Generator, people: People, months: Days, kind: int, share: float
) -> dict[str, Column]:
    month, unit, staff = _seats_by_month(people, months)
    planned = _day_in(rng, month)
    done = rng.random(len(planned)) < share
    score = np.where(
        rng.random(len(planned)) < 0.985,
        rng.integers(62, 101, len(planned)),
        rng.integers(30, 60, len(planned)),
    )
    return {
        "activity_kind": np.full(len(planned), kind), "unit_id": unit, "staff_id": staff, "planned_on": planned,
        "done_on": np.where(done, planned, NO_DAY), "score": np.where(done & (kind == TRAINING), score, -1),
    }  # fmt: skip


def _pledges(rng: np.random.Generator, people: People, clock: Clock) -> dict[str, Column]:
    """Everyone in a key or field post signs in the first recorded month of each year, and once against drugs."""
    signing = np.flatnonzero(np.isin(people.seat_role, PLEDGING_ROLES))
    years = range(clock.start.year, clock.end.year + 1)
    first = np.array(
        [max(np.datetime64(f"{year}-01", "M"), np.datetime64(clock.start, "M")) for year in years]
    )
    month = np.repeat(np.r_[first, first], len(signing))
    seat = np.tile(signing, 2 * len(first))
    day = month.astype("M8[D]") + rng.integers(1, 26, len(month))
    kind = np.repeat([PLEDGE, ANTI_DRUG], len(first) * len(signing))
    staff = people.occupant[people.epoch(day), seat]
    return {
        "activity_kind": kind,
        "unit_id": people.seat_unit[seat],
        "staff_id": staff,
        "planned_on": day,
        "done_on": day,
    }


def _home_visits(rng: np.random.Generator, people: People, months: Days) -> dict[str, Column]:
    month, unit, staff = _seats_by_month(people, months)
    picked = rng.random(len(month)) < 0.12
    month, unit, staff = month[picked], unit[picked], staff[picked]
    planned = _day_in(rng, month)
    late = planned + 32 + rng.integers(0, 30, len(planned))
    done = np.where(rng.random(len(planned)) < VISIT_SHARE, planned, late)
    return {
        "activity_kind": np.full(len(planned), HOME_VISIT), "unit_id": unit, "staff_id": staff, "planned_on": planned,
        "done_on": done,
    }  # fmt: skip


def _self_checks(rng: np.random.Generator, bureau: Bureau, clock: Clock, months: Days) -> dict[str, Column]:
    units = np.flatnonzero(bureau.kind >= 2)
    month, unit = np.repeat(months, 2 * len(units)), np.tile(units, 2 * len(months))
    planned = _day_in(rng, month)
    size = len(planned)
    found = (rng.random(size) < 0.75).astype(np.int8)
    due = planned + 20
    closed = planned + np.where(
        rng.random(size) < CHECK_SHARE, rng.integers(1, 20, size), rng.integers(21, 50, size)
    )
    return {
        "activity_kind": np.full(size, SELF_CHECK), "unit_id": unit, "planned_on": planned, "done_on": planned,
        "issue_count": found, "issue_due_on": np.where(found > 0, due, NO_DAY),
        "issue_closed_on": clock.to_end(np.where(found > 0, closed, NO_DAY)),
    }  # fmt: skip


def _meetings(rng: np.random.Generator, bureau: Bureau, months: Days) -> dict[str, Column]:
    units = np.flatnonzero(bureau.kind >= 2)
    kinds = np.array([MEETING, STUDY_DAY, PARTY_DAY])
    month = np.repeat(months, len(units) * 3)
    unit = np.tile(np.repeat(units, 3), len(months))
    day = _day_in(rng, month)
    kind = np.tile(kinds, len(months) * len(units))
    return {"activity_kind": kind, "unit_id": unit, "planned_on": day, "done_on": day}
