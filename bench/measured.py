"""How a competitor reports itself: its seconds, wall and processor, after the imports, and the peak of its memory."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def measured(**more: float) -> Iterator[dict[str, float]]:
    """Print one JSON line with the seconds of the block, the process's peak memory in MiB, and what the block adds."""
    found: dict[str, float] = dict(more)
    started, busy = time.perf_counter(), time.process_time()
    yield found
    found.setdefault("seconds", time.perf_counter() - started)
    found["processor_seconds"] = time.process_time() - busy
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))
