"""Planted irregularities: at least one for every risk point, each written down with the records that carry it.

The rules in `HARD` are kept without exception by the lawful bureau, so that the planted breaches are all the breaches
there are. Planting works on the finished tables and must leave every row well formed.
"""

from __future__ import annotations

import numpy as np

from etl.demo.people import KEY_ROLES
from etl.demo.planting import enforcement, inspection, licensing, service
from etl.demo.planting.planter import Planted, Planter
from etl.demo.planting.power import POWER
from etl.demo.records import Column, Records
from etl.demo.world import World

HARD = (
    "L1", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12", "L13", "I1", "I4", "I7", "C1", "C2", "C3",
    "C5", "C6",
    "C8", "C9", "H7", "H8", "M1", "M4", "Q2", "Q6",
)  # fmt: skip
COPIES = {"office": 1, "district": 1, "city": 2, "province": 4}


def plant(
    rng: np.random.Generator, world: World, copies: int, stuck: Column
) -> tuple[Planter, Records | None]:
    """Plant everything; return the planter with its list, and the rows of the later file with rewritten decisions."""
    planter = Planter(rng, world)
    for _ in range(copies):
        for domain in (licensing, enforcement, inspection, service):
            domain.plant(planter)
    _note_stuck(planter, stuck)
    revision = licensing.revise(planter)
    return planter, revision


def _note_stuck(planter: Planter, stuck: Column) -> None:
    """Q9: in these units nobody was rotated, which the posts were built with."""
    people = planter.world.people
    for unit in stuck.tolist():
        seats = np.flatnonzero((people.seat_unit == unit) & np.isin(people.seat_role, KEY_ROLES))
        staff = planter.table("staff")
        since = np.array([staff["post_since"][staff["staff_id"] == seat][-1] for seat in seats])
        over = seats[since < planter.clock.last_day - 3 * 365 - 1]
        rows = np.flatnonzero(np.isin(staff["staff_id"], over))
        size = planter.size("Q9", unit, len(seats), 0.05, len(over) / max(1, len(seats)))
        planter.note("Q9", "outlier", unit, "staff", rows, planter.recent[-1:], subject="key posts without rotation",
                     detectable=size["power"] >= POWER, size=size)  # fmt: skip


__all__ = ["COPIES", "HARD", "Planted", "Planter", "plant"]
