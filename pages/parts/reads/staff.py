"""Reads of the register of staff: which work numbers it holds.

It exists so that a number that was typed wrong is found before anything is decided about a person. It must not read
who somebody is.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from model.warehouse import Snapshot
from pages.parts import relations
from pages.parts.reads.shared import read


def unknown(snapshot: Snapshot, numbers: Collection[str]) -> list[str]:
    """Which of these work numbers the register does not hold; none where it holds nobody at all."""
    staff = relations.record("staff")
    if read(snapshot, select(staff.c.staff_id).limit(1)).empty:
        return []
    held = set(
        read(snapshot, select(staff.c.staff_id).where(staff.c.staff_id.in_(sorted(numbers))))["staff_id"]
    )
    return [one for one in numbers if one not in held]
