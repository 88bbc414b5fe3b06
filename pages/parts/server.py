"""The HTTP routes beside the pages, mounted by dashboard.py.

It exists so that a proxy or a supervisor can ask how the service is without opening a page, a wall its shell, and a
phone or kiosk the public window; and that no address ends in an empty page. No route may show a record.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope
from streamlit.runtime.pages_manager import PagesManager

from ledger.programme.steps import steps
from model import warehouse
from model.indicators import DeclarationError
from pages.parts import guard
from pages.parts.wall import polling, site
from pages.parts.wall import routes as wall
from pages.parts.window import gates, services, setup
from pages.parts.window import routes as window

LOG = logging.getLogger(__name__)

PagesManager.uses_pages_directory = False
"""Until the first visitor has run dashboard.py, Streamlit would take the folder pages/ for pages of its own."""


def health(_: Request) -> Response:
    """200 with the current snapshot's id while there is one that can be opened, else 503."""
    try:
        snapshot = warehouse.open_snapshot(warehouse.default_directory())
    except (warehouse.NoSnapshotError, OSError, ValueError):
        return JSONResponse({"status": "no snapshot"}, status_code=503)
    return JSONResponse({"status": "ok", "snapshot": snapshot.id})


class Astray(Route):
    """An address in a folder that nothing lies in: pages lie at the top, and loaded below it they stay empty."""

    OWN = ("_stcore", "app", "auth", "component", "media", "static")
    """Streamlit's folders. Its script looks for them under every address that it is loaded at."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Where it is none of Streamlit's own."""
        if not set(self.OWN).isdisjoint(str(scope.get("path", "")).split("/")):
            return Match.NONE, {}
        return super().matches(scope)


def to_the_top(request: Request) -> Response:
    """The same page name at the top; the pages say it where there is none. Relative, for a proxy's prefix."""
    above = str(request.path_params["above"]).count("/") + 1
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse("../" * above + quote(request.path_params["name"]) + query, 303)


ROUTES = [
    Route("/healthz", health),
    *wall.ROUTES,
    *window.ROUTES,
    Astray("/{above:path}/{name}", to_the_top, methods=["GET"]),
]
_SETTINGS: tuple[Callable[[], object], ...] = (
    site.configuration,
    setup.setup,
    services.guides,
    gates.gates,
    steps,
)


@asynccontextmanager
async def started(_: object) -> AsyncIterator[None]:
    """Tell at the start, not to the first visitor, of a file of settings that cannot be used."""
    for read in _SETTINGS:
        try:
            read()
        except (DeclarationError, site.ConfigurationError) as error:
            LOG.error("settings that cannot be used: %s", error)
    yield


MIDDLEWARE = [Middleware(guard.Guard), Middleware(polling.Polls)]
