"""一码: the guide of each service and office, on a phone and on the kiosk. The same for everybody, and without data it

stands all the same: offices are left out then.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pages.parts.reads import screen
from pages.parts.reads import window as reads
from pages.parts.wall.state import current
from pages.parts.window import render
from pages.parts.window.render import Place
from pages.parts.window.services import Service, guides
from pages.parts.window.setup import setup

TOOLS = (
    ("/place", "window.place_link"),
    ("/progress", "window.progress_link"),
    ("/notice", "window.notice_link"),
    ("/standard", "window.standard_link"),
)
SPEAKING = (("/say", "window.complain_link"), ("/rate", "window.rate_link"))
"""What a person writes of: on their own phone; a kiosk shows the code that leads there."""
_HALL_TYPES = ("service_window", "management_office", "tobacco_station")
_MOST = 60


def tools(place: Place) -> list[tuple[str, str]]:
    """What the window offers beside guides."""
    return [(place.tools + path, name) for path, name in (*TOOLS, *SPEAKING)]


def office_of(unit_id: str | None) -> reads.Row | None:
    """An office that serves people, by its code; None for anything else."""
    snapshot = current()
    found = reads.units(snapshot).get(unit_id) if snapshot and unit_id else None
    return found if found and found["unit_type"] in _HALL_TYPES else None


def offices() -> list[reads.Row]:
    """The offices that serve people, in the order of their codes."""
    snapshot = current()
    if snapshot is None:
        return []
    inside = screen.below(snapshot, reads.root(snapshot, setup().unit_id))
    return [
        row
        for row in reads.units(snapshot).values()
        if row["unit_id"] in inside and row["unit_type"] in _HALL_TYPES and row["is_active"] is not False
    ][:_MOST]


def services(request: Request) -> Response:
    """All services; on a phone also the offices."""
    place = render.place_of(request)
    listed = offices() if place is render.PHONE else []
    return _page(request, "services.html", None, offices=listed)


def office(request: Request) -> Response:
    """One office: where it is, and its services."""
    found = office_of(request.path_params["unit"])
    return _page(request, "services.html", found, offices=[]) if found else missing(request)


def guide(request: Request) -> Response:
    """One service in one page."""
    service = service_of(request)
    if service is None:
        return missing(request)
    return _page(request, "guide.html", office_of(request.query_params.get("office")), service=service)


def service_of(request: Request) -> Service | None:
    """The service that the address names."""
    return guides().services.get(request.path_params["service"])


def missing(request: Request) -> Response:
    """The address leads nowhere."""
    return render.message(request, "window.not_found", 404)


def _page(request: Request, template: str, found: reads.Row | None, **values: Any) -> Response:
    place = render.place_of(request)
    return render.page(
        request,
        template,
        is_kept=place is render.PHONE,
        office=found,
        counter=setup().counter_of(found["unit_id"] if found else None),
        tools=tools(place),
        **values,
    )
