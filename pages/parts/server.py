"""The HTTP routes beside the pages, mounted by dashboard.py.

It exists so that a proxy or a supervisor can ask how the service is without opening a page, a wall its shell, and a
phone or kiosk the public window. No route may show a record.
"""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from model import warehouse
from pages.parts import guard
from pages.parts.wall import routes as wall
from pages.parts.window import routes as window

PagesManager.uses_pages_directory = False
"""Until the first visitor has run dashboard.py, Streamlit would take the folder pages/ for pages of its own."""


def health(_: Request) -> Response:
    """200 with the current snapshot's id while there is one that can be opened, else 503."""
    try:
        snapshot = warehouse.open_snapshot(warehouse.default_directory())
    except (warehouse.NoSnapshotError, OSError, ValueError):
        return JSONResponse({"status": "no snapshot"}, status_code=503)
    return JSONResponse({"status": "ok", "snapshot": snapshot.id})


ROUTES = [Route("/healthz", health), *wall.ROUTES, *window.ROUTES]
MIDDLEWARE = [Middleware(guard.Guard)]
