"""The service in Prometheus's text format: requests, displays, the snapshot's age, polls, drawings, memory.

It exists so that a bureau's own monitoring can watch the walls. No label may hold a display's or a person's name.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from pages.parts import clocks
from pages.parts.wall import state
from pages.parts.wall.displays import DISPLAYS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "integrity_requests", "Requests answered, by route and status", ["route", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "integrity_request_seconds", "Time to answer a request, by route", ["route"], registry=REGISTRY,
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5),
)  # fmt: skip
DRAWN = Histogram(
    "integrity_draw_seconds", "Time that a display took to draw its picture anew", registry=REGISTRY,
    buckets=(1, 2, 5, 10, 15, 20, 30),
)  # fmt: skip
Handler = Callable[[Request], Awaitable[Response]]


class _Now(Collector):
    """What is true at the moment of asking."""

    def collect(self) -> Iterable[Metric]:
        now, snapshot = clocks.now(), state.current()
        displays = DISPLAYS.all()
        silent = sum(one.is_silent(now) for one in displays)
        family = GaugeMetricFamily("integrity_displays", "Displays that have reported", labels=["state"])
        family.add_metric(["live"], len(displays) - silent)
        family.add_metric(["silent"], silent)
        yield family
        shown = sum(bool(snapshot) and one.snapshot == snapshot.id for one in displays if snapshot)
        yield GaugeMetricFamily(
            "integrity_displays_current", "Displays that show the current snapshot", value=shown
        )
        published = clocks.moment_of(snapshot.manifest.get("published_at")) if snapshot else None
        if published:
            age = (now - published).total_seconds()
            yield GaugeMetricFamily(
                "integrity_snapshot_age_seconds", "Since the current snapshot was published", value=age
            )


REGISTRY.register(_Now())
ProcessCollector(registry=REGISTRY)


def text() -> bytes:
    """All of it, as Prometheus reads it."""
    return generate_latest(REGISTRY)


def counted(route: str, handler: Handler) -> Handler:
    """The handler, with its requests counted and timed."""

    async def answer(request: Request) -> Response:
        started = time.perf_counter()
        response = await handler(request)
        note(route, response.status_code, time.perf_counter() - started)
        return response

    return answer


def note(route: str, status: int, seconds: float) -> None:
    """Count and time one request."""
    SECONDS.labels(route).observe(seconds)
    REQUESTS.labels(route, str(status)).inc()
