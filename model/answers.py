"""Narrow answers from the records, for those who may see no record: a place's distances, one's own application.

Each function asks policy, reads what it needs and gives one answer: never a row, never a shop, and not whether there is
a record to somebody who does not know its secret. Nothing else in the public window reads the full surface.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Float, and_, case, func, or_, select

from model import policy, vault, warehouse
from model.contract import TABLES
from model.policy import Actor
from model.warehouse import Snapshot

Stage = Literal[
    "submitted", "supplement", "queued", "accepted", "verified", "reviewed",
    "granted", "refused", "withdrawn", "terminated", "delivered",
]  # fmt: skip
REACH_METRES = 500
"""Farther than this nothing is looked for."""
STEP_METRES = 10
"""Distances are told in steps of ten metres: enough to choose a place, too little to find a shop by asking around."""
_EARTH_METRES = 12_742_000.0
_METRES_PER_DEGREE = 111_000.0
_SAME_SYSTEM = ("cgcs2000", "wgs84")
"""They differ by centimetres; gcj02 is shifted by hundreds of metres and cannot be compared."""


@dataclass(frozen=True)
class Nearest:
    """What lies near a place: metres in steps of ten, None where there is nothing within reach."""

    outlet_metres: int | None
    school_metres: int | None
    is_complete: bool
    """False where an outlet or a school has no position that can be compared."""


@dataclass(frozen=True)
class Progress:
    """How far an application is, for the one who made it."""

    stage: Stage
    on: date
    application_type: str
    submitted_on: date
    promised_days: int | None
    ahead: int | None = None
    """Of a queued application: how many stand before it."""


def nearest(snapshot: Snapshot, actor: Actor, longitude: float, latitude: float) -> Nearest:
    """What lies near a position (WGS 84 or CGCS 2000)."""
    policy.require(actor, "precheck_place")
    shop, school = TABLES["retailer"], TABLES["school"]
    today = func.current_date()
    in_force = and_(
        or_(school.c.valid_from.is_(None), school.c.valid_from <= today),
        or_(school.c.valid_to.is_(None), school.c.valid_to >= today),
    )
    outlets = _closest(snapshot, shop, shop.c.state == "active", longitude, latitude)
    schools = _closest(snapshot, school, in_force, longitude, latitude)
    return Nearest(outlets[0], schools[0], outlets[1] and schools[1])


def _closest(
    snapshot: Snapshot, table: Any, condition: Any, longitude: float, latitude: float
) -> tuple[int | None, bool]:
    """The distance to the closest row, and whether every row could be compared."""
    columns = table.c
    is_usable = and_(columns.longitude.is_not(None), columns.coordinate_system.in_(_SAME_SYSTEM))
    is_near = and_(is_usable, func.abs(columns.latitude - latitude) < REACH_METRES / _METRES_PER_DEGREE)
    metres = case((is_near, _metres(columns, longitude, latitude)))
    query = select(
        func.min(metres).label("metres"),
        func.coalesce(func.bool_and(func.coalesce(is_usable, False)), True).label("is_complete"),
    ).where(condition)
    row = warehouse.read(snapshot.engine("full"), query).iloc[0]
    found = float(row["metres"])  # NaN where there is none
    told = int(found // STEP_METRES * STEP_METRES) if found <= REACH_METRES else None
    return told, bool(row["is_complete"])


def _metres(columns: Any, longitude: float, latitude: float) -> Any:
    """The great circle, as the contract's metres_between."""
    east, north = columns.longitude.cast(Float), columns.latitude.cast(Float)
    return _EARTH_METRES * func.asin(
        func.sqrt(
            func.pow(func.sin(func.radians(north - latitude) / 2), 2)
            + func.cos(func.radians(north))
            * func.cos(func.radians(latitude))
            * func.pow(func.sin(func.radians(east - longitude) / 2), 2)
        )
    )


def progress(
    snapshot: Snapshot, actor: Actor, application_no: str, last_four: str, key: bytes
) -> Progress | None:
    """How far an application is; None where there is none or the document is another one: nobody can tell which."""
    policy.require(actor, "look_up_application")
    item = TABLES["licence_application"]
    names = (
        "application_type", "cell_id", "queue_no", "submitted_at", "supplement_notice_at", "queue_joined_at",
        "accepted_at", "verification_ended_at", "reviewed_at", "decided_at", "result", "delivered_at",
        "promised_working_days", "applicant_check_hash",
    )  # fmt: skip
    query = select(*(item.c[name] for name in names)).where(item.c.application_no == application_no)
    with snapshot.engine("full").connect() as connection:
        row = connection.execute(query).mappings().first()
        held = str((row and row["applicant_check_hash"]) or "0" * 64)
        is_own = hmac.compare_digest(held, vault.keyed_hash(last_four.upper(), key))
        if row is None or not is_own:
            return None
        stage, at = _stage(dict(row))
        ahead = connection.execute(_ahead(row)).scalar_one() if stage == "queued" else None
    return Progress(
        stage,
        at.date(),
        row["application_type"],
        row["submitted_at"].date(),
        row["promised_working_days"],
        ahead,
    )


def _stage(row: dict[str, Any]) -> tuple[Stage, datetime]:
    """The last step that an application has reached, and when."""
    if row["delivered_at"] and row["result"] == "granted":
        return "delivered", row["delivered_at"]
    if row["decided_at"]:
        return row["result"], row["decided_at"]
    for stage, name in (("reviewed", "reviewed_at"), ("verified", "verification_ended_at")):
        if row[name]:
            return stage, row[name]  # type: ignore[return-value]
    if row["queue_no"] is not None and not row["accepted_at"]:
        return "queued", row["queue_joined_at"] or row["submitted_at"]
    if row["accepted_at"]:
        return "accepted", row["accepted_at"]
    if row["supplement_notice_at"]:
        return "supplement", row["supplement_notice_at"]
    return "submitted", row["submitted_at"]


def _ahead(row: Any) -> Any:
    """How many undecided applications of the same cell have an earlier queue number."""
    item = TABLES["licence_application"]
    return select(func.count()).where(
        item.c.cell_id == row["cell_id"], item.c.decided_at.is_(None), item.c.queue_no < row["queue_no"]
    )
