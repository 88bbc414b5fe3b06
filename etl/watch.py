"""Watch: run when the inbox has changed, not before. A look costs a listing of the inbox, nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from etl import inbox
from etl.inbox import Offer


def watch(
    place: Path, once: Callable[[], None], seconds: float, times: int | None, *, has_databases: bool = False
) -> None:
    """Call `once` at the start and whenever the inbox differs from what it was at the last call.

    While a file is still being written the listing changes at every look, so each look tries again. Databases do
    not announce what is new: where there are any, every look runs.
    """
    seen: tuple[object, ...] | None = None
    for number in count(1):
        listing = tuple(
            (item.name, item.size, item.modified_ns) if isinstance(item, Offer) else item[0]
            for item in inbox.walk(place)
        )
        if listing != seen or has_databases:
            once()
            seen = listing
        if times is not None and number >= times:
            return
        time.sleep(seconds)
