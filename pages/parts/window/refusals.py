"""What the window refused: counted for the monitoring at once, and kept in the ledger's trail by kind and number.

Neither who was refused nor what they wrote is kept. One entry a minute at most: refusing must not be a way to fill the
ledger. It must not fail a request.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter

from prometheus_client import Counter as Metric
from sqlalchemy.exc import SQLAlchemyError

from ledger import window as kept
from pages.parts.wall.metrics import REGISTRY
from pages.parts.window import visitor

LOG = logging.getLogger(__name__)
EVERY_SECONDS = 60.0
REFUSED = Metric(
    "integrity_window_refusals", "What the public window refused, by kind", ["kind"], registry=REGISTRY
)


class Refusals:
    """Counts what waits to be written, and writes it a minute after the first."""

    def __init__(self, every_seconds: float = EVERY_SECONDS) -> None:
        self.every_seconds = every_seconds
        self._waiting: Counter[str] = Counter()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def note(self, kind: str) -> None:
        """One more refusal of a kind."""
        REFUSED.labels(kind).inc()
        with self._lock:
            self._waiting[kind] += 1
            if self._timer is None:
                self._timer = threading.Timer(self.every_seconds, self.write)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Write what waits; what cannot be written stays a line of the log."""
        with self._lock:
            counts, self._waiting, self._timer = dict(self._waiting), Counter(), None
        if not counts:
            return
        LOG.warning(
            "the window refused: %s", ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
        )
        try:
            kept.record_refusals(visitor.ledger(), counts)
        except (SQLAlchemyError, OSError) as error:
            LOG.error("refusals could not be kept in the ledger: %s", type(error).__name__)


REFUSALS = Refusals()
