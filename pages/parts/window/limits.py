"""How often one may ask: by address, and by number for what was wrong. It keeps digests and times, for a while only.

It is of this process; several processes allow as many times as much. A proxy before them limits by address as well.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import timedelta

REMEMBERED = 20_000
"""How many keys are remembered; beyond it the one that was seen longest ago is forgotten."""


class Limiter:
    """Counts by key within a window that moves with time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(16)
        self._seen: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def _key(self, *parts: str) -> bytes:
        return hmac.new(self._secret, "\0".join(parts).encode(), hashlib.sha256).digest()

    def is_over(self, most: int, window: timedelta, *parts: str) -> bool:
        """Whether as many as may be have been counted already."""
        with self._lock:
            return len(self._held(self._key(*parts), window)) >= most

    def count(self, most: int, window: timedelta, *parts: str) -> bool:
        """Count one more; False, and nothing counted, where that is too many."""
        with self._lock:
            key = self._key(*parts)
            held = self._held(key, window)
            if len(held) >= most:
                return False
            held.append(self._clock())
            self._seen[key] = held
            self._seen.move_to_end(key)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            return True

    def _held(self, key: bytes, window: timedelta) -> deque[float]:
        held = self._seen.get(key, deque())
        while held and held[0] <= self._clock() - window.total_seconds():
            held.popleft()
        return held

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._seen.clear()


LIMITER = Limiter()
