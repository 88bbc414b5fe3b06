"""Watch: run when the inbox has changed, not before. A look costs a listing of the inbox, nothing else.

A run that failed, and a file that was still being written, are tried again at the next look, changed or not: a disk
gets space and a writer closes a file without any sign of it in the inbox.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from etl import inbox
from etl.inbox import Offer


def watch(
    place: Path,
    once: Callable[[], bool],
    seconds: float,
    times: int | None,
    *,
    has_databases: bool = False,
    each_look: Callable[[], None] = lambda: None,
) -> None:
    """Call `once` at the start and whenever the inbox differs from what it was when a call last settled it.

    `once` says whether all that was offered is settled: taken or refused. Databases do not announce what is new:
    where there are any, every look runs. `each_look` is called after every look, whatever it found.
    """
    settled: tuple[object, ...] | None = None
    for number in count(1):
        listing = tuple(
            (item.name, item.size, item.modified_ns, item.changed_ns) if isinstance(item, Offer) else item[0]
            for item in inbox.walk(place)
        )
        if listing != settled or has_databases:
            settled = listing if once() else None
        each_look()
        if times is not None and number >= times:
            return
        time.sleep(seconds)
