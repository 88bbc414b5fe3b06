"""China's working calendar, from a kept library: statutory holidays and make-up working days (调休) included.

The library covers whole years up to LAST_YEAR; beyond it nothing is guessed: working-day arithmetic gives null there,
and the snapshot says so. A later release of the library knows more years; the digest tells that it is another.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256

import pandas as pd
from chinese_calendar.constants import Holiday, holidays, in_lieu_days, workdays

FIRST_YEAR = min(day.year for day in holidays)
LAST_YEAR = max(day.year for day in holidays)
SOURCE = "chinesecalendar"
AS_OF = datetime(FIRST_YEAR, 1, 1)
"""Earlier than any delivery: what a bureau says of a day goes before what the library says."""
_NAMES = {item.value: item.chinese for item in Holiday}


@cache
def calendar() -> pd.DataFrame:
    """Every covered day: `date`, `is_working_day` (true/false as text), `note`; one row a day, all text; read only."""
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return pd.DataFrame(
        {
            "date": [day.isoformat() for day in days],
            "is_working_day": ["true" if _is_working(day) else "false" for day in days],
            "note": [_note(day) for day in days],
        },
        dtype="object",
    )


@cache
def digest() -> str:
    """A fingerprint of the calendar's content."""
    return sha256(calendar().to_csv(index=False).encode()).hexdigest()


def _is_working(day: date) -> bool:
    """What the library's `is_workday` says, which looks for its first and last year anew with each day."""
    return day in workdays or (day.weekday() < 5 and day not in holidays)


def _note(day: date) -> str | None:
    if day in workdays:
        return f"{_NAMES.get(str(workdays[day]), str(workdays[day]))}调休上班"
    if day in holidays:
        name = _NAMES.get(str(holidays[day]), str(holidays[day]))
        return f"{name}调休放假" if day in in_lieu_days else name
    return None
