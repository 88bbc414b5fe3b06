"""The displays that report to this process: what each said last, kept in memory and bounded.

It exists so that a wall that went dark is found without a visit. A display is known by a name of its own choice or a
random one: never by a person or an address. It must not write anywhere.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

KEPT = 500
"""How many displays are remembered; beyond them the one heard longest ago is forgotten."""
SILENT_AFTER = timedelta(seconds=30)
"""Three polls unheard at least."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Heartbeat:
    """What one display said last, and when."""

    display: str
    site: str
    heard_at: datetime
    snapshot: str | None = None
    frame_age_seconds: float | None = None
    """How long ago the display last made sure that its picture is the current one."""
    scene: str | None = None
    viewport: str | None = None
    heap_bytes: int | None = None
    drawn_seconds: float | None = None
    failures: int = 0
    shell: str | None = None

    def is_silent(self, now: datetime) -> bool:
        return now - self.heard_at > SILENT_AFTER

    def as_json(self, now: datetime, current: str | None) -> dict[str, Any]:
        """The heartbeat as the health page's JSON says it."""
        said = asdict(self) | {"heard_at": self.heard_at.isoformat(timespec="seconds")}
        return said | {"is_silent": self.is_silent(now), "is_current": self.snapshot == current}


def read(query: Mapping[str, str], site: str, now: datetime) -> Heartbeat | None:
    """The heartbeat of a poll's query; None without a proper name. What is not of the right kind is left out."""
    display = query.get("display", "")
    if not _NAME.fullmatch(display):
        return None
    return Heartbeat(
        display=display,
        site=site,
        heard_at=now,
        snapshot=_short(query.get("snapshot")),
        frame_age_seconds=number(query.get("frame_age")),
        scene=_short(query.get("scene")),
        viewport=_short(query.get("viewport")),
        heap_bytes=_whole(query.get("heap")),
        drawn_seconds=number(query.get("drawn")),
        failures=_whole(query.get("failures")) or 0,
        shell=_short(query.get("shell")),
    )


def _short(text: str | None) -> str | None:
    return text[:60] if text else None


def number(text: str | None) -> float | None:
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if 0 <= found < 1e15 else None


def _whole(text: str | None) -> int | None:
    found = number(text)
    return None if found is None else int(found)


class Displays:
    """The last heartbeat of each display, oldest first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._last: OrderedDict[str, Heartbeat] = OrderedDict()

    def __len__(self) -> int:
        return len(self._last)

    def note(self, beat: Heartbeat) -> bool:
        """Keep what a display said; whether it told of a drawing that it had not told of before.

        The time that a drawing took is said once; it stays with the display.
        """
        with self._lock:
            before = self._last.pop(beat.display, None)
            is_drawing = beat.drawn_seconds is not None
            if before and not is_drawing:
                beat = replace(beat, drawn_seconds=before.drawn_seconds)
            self._last[beat.display] = beat
            while len(self._last) > self._kept:
                self._last.popitem(last=False)
        return is_drawing

    def all(self) -> list[Heartbeat]:
        """Every display that is remembered, by name."""
        with self._lock:
            return sorted(self._last.values(), key=lambda one: one.display)

    def of(self, display: str) -> Heartbeat | None:
        """What one display said last."""
        with self._lock:
            return self._last.get(display)


DISPLAYS = Displays()
"""Those of this process: each replica knows the displays that its proxy sends it."""
