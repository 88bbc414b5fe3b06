"""Cursors: how far a database table was read, kept as text between runs.

A cursor is kept with the place it was read at, so that a mapping that turns to another database, table or column starts
over instead of comparing one's values with the other's. Nothing here talks to a database.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from model.warehouse import TIME_ZONE

ZONE = ZoneInfo(TIME_ZONE)
OVERLAP = timedelta(minutes=10)
"""How far behind the last time of change a table is read again.

A transaction stamps its rows when it starts and shows them when it commits: one that took up to this long is still
found. Rows read again are counted as unchanged. Cursors that are no times are read again from the last value on.
"""
_KINDS: dict[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    int: int,
    float: float,
    Decimal: Decimal,
    str: str,
}


def can_be(kind: type) -> bool:
    """True for the kinds of values that a cursor may have."""
    return kind in _KINDS


def place(address: str, table: str, column: str) -> str:
    """What a cursor's values are of: a fingerprint of the table with its database's address, and the column."""
    return f"{hashlib.sha256(f'{address} {table}'.encode()).hexdigest()[:12]}:{column}"


def kept(at: str, value: Any) -> str:
    """The cursor as it is kept: its place and its latest value."""
    if isinstance(value, datetime):
        text = (value.astimezone(ZONE) if value.tzinfo else value).isoformat(" ")
    else:
        text = value.isoformat() if isinstance(value, date) else str(value)
    return f"{at}={text}"


def restored(text: str | None, at: str, kind: type) -> Any:
    """The latest value that was read at this place; None where none is known or it is no longer of this kind."""
    if text is None or not text.startswith(f"{at}="):
        return None
    try:
        return _KINDS[kind](text.removeprefix(f"{at}="))
    except (ValueError, InvalidOperation):
        return None


def start(value: Any) -> Any:
    """From where to read on after this value, itself included."""
    return value - OVERLAP if isinstance(value, datetime) else value


def later(known: Any, seen: Any) -> Any:
    """The later of two cursors. Texts are ordered by the database alone: what it gave last is the later one."""
    if known is None or seen is None:
        return known if seen is None else seen
    return seen if isinstance(seen, str) else max(known, seen, key=_comparable)


def _comparable(value: Any) -> Any:
    return value.replace(tzinfo=ZONE) if isinstance(value, datetime) and not value.tzinfo else value


def is_reached(value: Any, now: datetime) -> bool:
    """True for a value up to which a table can have been read: no NaN, which is above all numbers, no time to come."""
    said, is_day = speaks_for(value), not isinstance(value, datetime) and len(str(value)) == 10
    latest = datetime.combine(now, time.max) if is_day else now
    return value is not None and bool(value == value) and (said is None or said <= latest)


def speaks_for(value: Any) -> datetime | None:
    """Up to when a table speaks whose latest cursor this is, in the bureau's time; None where it is no time."""
    if isinstance(value, str):
        if not re.match(r"\d{4}-\d\d-\d\d", value):
            return None
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        local = value.astimezone(ZONE) if value.tzinfo else value
        return local.replace(tzinfo=None, microsecond=0)
    return datetime.combine(value, time(23, 59, 59)) if isinstance(value, date) else None
