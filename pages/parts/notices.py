"""What a snapshot says of itself that a reader must know beside the numbers: where the working calendar ends.

It must not decide when that is to be told: the loader does.
"""

from __future__ import annotations

from datetime import date

from model.warehouse import Snapshot
from pages.parts.words import Words

CALENDAR = "working_calendar"


def of_calendar(words: Words, snapshot: Snapshot) -> str | None:
    """Where the working calendar ends, in a sentence; None where nothing need be said of it."""
    found = next((one for one in snapshot.manifest.get("notices", ()) if one.get("about") == CALENDAR), None)
    return words.pick(found["zh"], found["en"]) if found else None


def calendar_until(snapshot: Snapshot) -> date | None:
    """The last day of the working calendar, where a reader must know it."""
    given = (one.get("until") for one in snapshot.manifest.get("notices", ()) if one.get("about") == CALENDAR)
    return next((date.fromisoformat(one) for one in given if one), None)
