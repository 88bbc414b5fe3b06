"""What the ledger takes from the published snapshot: units, the working calendar, and warnings with whom they concern.

The snapshot is opened by model.warehouse, read-only. Whom a breach concerns are the officers that its record names, in
the contract's columns that refer to staff. This module must not write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, Table, cast, column, func, select, table
from sqlalchemy import String as Text

from ledger.disposition.syncing import Raised, Synced, sync
from ledger.schema import Unit, WorkingDay
from ledger.storage import Ledger
from ledger.window import matters
from model.contract import TABLES
from model.indicators import catalogue
from model.policy import SYSTEM, Actor
from model.warehouse import Snapshot, current_id, open_snapshot
from model.working_days import numbered

LOADER = Actor("system", SYSTEM)
_ALSO_OFFICERS = ("reader_id",)
"""Columns that name an officer without a reference that is enforced."""

_WARNING = table(
    "warning",
    *(column(name) for name in ("warning_id", "indicator_id", "rule_version", "unit_id", "subject_kind", "subject_id",
      "kind", "level", "period_start", "period_end", "value", "threshold", "sample_size")),
    schema="mart",
)  # fmt: skip
_WITHDRAWN = table("warning_withdrawn", column("warning_id"), column("reason"), schema="mart")
_OBJECTS = {"cell": "cell", "retailer": "retailer", "staff": "staff"}
_CHUNK = 500


@dataclass(frozen=True)
class Taken:
    """What a snapshot brought."""

    snapshot: str
    units: bool
    calendar: bool
    warnings: Synced


def take_current(ledger: Ledger, directory: Path) -> Iterator[Taken]:
    """Bring in the published snapshot, and again while another is published: what is brought in last is the current.

    Whoever read an older one may write after somebody who brought in a newer.
    """
    taken = None
    while taken is None or taken.snapshot != current_id(directory):
        taken = take(ledger, open_snapshot(directory))
        yield taken


def take(ledger: Ledger, snapshot: Snapshot) -> Taken:
    """Bring units, calendar and warnings of a snapshot into the ledger, in one transaction.

    A calendar that reaches further gives the due dates that could not be told before.
    """
    engine = snapshot.engine("full")
    units, days = _units(engine), _days(engine)
    raised, reasons = _raised(engine), _reasons(engine)
    at = datetime.fromisoformat(snapshot.manifest["published_at"]).replace(tzinfo=None, microsecond=0)
    with ledger.write(LOADER) as recorder:
        has_units = recorder.replace_register("sync", Unit, units)
        has_days = recorder.replace_register("sync", WorkingDay, days)
        if has_days:
            matters.set_due(recorder)
        return Taken(snapshot.id, has_units, has_days, sync(recorder, raised, reasons, at))


def unit_of_ticket(snapshot: Snapshot, ticket_no: str) -> list[str | None]:
    """The unit that a ticket is about, None where it names none; nothing where there is no such ticket."""
    ticket = TABLES["complaint"].columns
    query = select(ticket.target_unit_id).where(ticket.ticket_no == ticket_no.strip())
    return [row["target_unit_id"] for row in _rows(snapshot.engine("full"), query)]


def _rows(engine: Engine, query: Any) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _units(engine: Engine) -> list[dict[str, Any]]:
    unit = TABLES["org_unit"].columns
    return _rows(engine, select(unit.unit_id, unit.parent_unit_id, unit.name))


def _days(engine: Engine) -> list[dict[str, Any]]:
    day = numbered().subquery("day").c
    return _rows(engine, select(day.date, day.is_working_day))


def _reasons(engine: Engine) -> dict[str, str]:
    return {row["warning_id"]: row["reason"] for row in _rows(engine, select(_WITHDRAWN))}


def _raised(engine: Engine) -> list[Raised]:
    rows = _rows(engine, select(_WARNING))
    concerned = _concerned(engine, rows)
    return [_one(row, concerned.get((row["subject_kind"], row["subject_id"]), ())) for row in rows]


def _one(row: dict[str, Any], concerned: Iterable[str]) -> Raised:
    return Raised(
        row["warning_id"],
        row["indicator_id"],
        row["rule_version"],
        row["unit_id"],
        _OBJECTS.get(row["subject_kind"], "unit"),
        row["kind"],
        row["level"],
        row["period_start"],
        row["period_end"],
        row["value"],
        row["threshold"],
        row["sample_size"],
        tuple(concerned),
    )


# --- whom a record concerns -------------------------------------------------------------------------------------------


def _concerned(engine: Engine, rows: list[dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """The officers that the record of each breach names, by view and record."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["kind"] == "breach":
            wanted[row["subject_kind"]].add(row["subject_id"])
    views = catalogue().views
    found: dict[tuple[str, str], list[str]] = {}
    for view, subjects in wanted.items():
        if view in views and views[view].table in TABLES:
            target = TABLES[views[view].table]
            for subject, officers in _officers(engine, target, views[view].key, sorted(subjects)):
                found[view, subject] = officers
    return found


def _officers(
    engine: Engine, target: Table, key: Iterable[str], subjects: list[str]
) -> Iterable[tuple[str, list[str]]]:
    names = [item for item in target.columns if _names_officers(item)]
    if not names or any(name not in target.columns for name in key):
        return
    subject = func.concat_ws("/", *(cast(target.columns[name], Text) for name in key)).label("subject")
    for start in range(0, len(subjects), _CHUNK):
        query = select(subject, *names).where(subject.in_(subjects[start : start + _CHUNK]))
        for row in _rows(engine, query):
            said = [row[item.name] for item in names]
            parts = [one for value in said for one in (value if isinstance(value, list) else [value])]
            yield row["subject"], sorted({str(one) for one in parts if one})


def _names_officers(item: Column[Any]) -> bool:
    return item.info["references"] == "staff.staff_id" or item.name in (*_ALSO_OFFICERS, "staff_id")
