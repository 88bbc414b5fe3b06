"""The wall's HTTP routes: the shell, how the displays are, and the figures for a monitoring.

It exists so that a display needs one address. What the shell polls is answered before the routes (polling.py). Only
/readyz draws the scenes, once a snapshot, from the screen surface. No route may show a record.
"""

from __future__ import annotations

import logging
import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from model import warehouse
from pages.parts import clocks, words
from pages.parts.wall import document, health, metrics, shell, state
from pages.parts.wall.displays import DISPLAYS
from pages.parts.wall.site import SHAPES
from pages.parts.words import Words

LOG = logging.getLogger(__name__)
_ERRORS = re.compile(r'data-errors="(\d+)"')
_FRESH = {"Cache-Control": "no-store"}


async def wall(_: Request) -> Response:
    """What a display opens: the same page for every site, so that a browser can keep it for a server that is gone."""
    return HTMLResponse(shell.holder(), headers=_FRESH | {"Content-Security-Policy": shell.POLICY})


async def wall_shell(_: Request) -> Response:
    """The shell within it."""
    return HTMLResponse(shell.document(), headers=_FRESH | {"Content-Security-Policy": shell.POLICY})


async def worker(_: Request) -> Response:
    """The service worker that keeps the shell; it may serve /wall itself, not only what lies below."""
    headers = _FRESH | {"Service-Worker-Allowed": "/wall"}
    return Response(shell.worker(), media_type="text/javascript", headers=headers)


async def health_page(request: Request) -> Response:
    """How the displays are, for people; with ?display= only whether that one is heard, for a supervisor."""
    asked = request.query_params.get("display")
    if asked:
        beat = DISPLAYS.of(asked)
        is_heard = beat is not None and not beat.is_silent(clocks.now())
        return JSONResponse({"display": asked, "is_heard": is_heard}, status_code=200 if is_heard else 404)
    language = state.language_of(request.query_params.get("lang"))
    return HTMLResponse(health.document(Words(language), DISPLAYS.all(), state.current(), clocks.now()))


async def health_json(_: Request) -> Response:
    """The same for programs."""
    now, snapshot = clocks.now(), state.current()
    current = snapshot.id if snapshot else None
    said = [one.as_json(now, current) for one in DISPLAYS.all()]
    return JSONResponse({"now": now.isoformat(timespec="seconds"), "snapshot": current, "displays": said})


async def ready(_: Request) -> Response:
    """200 once the scenes of the current snapshot can be drawn, all or some, else 503 and what kind of fault it is."""
    try:
        site = next(iter(state.configuration().sites.values()))
        snapshot = warehouse.open_snapshot(warehouse.default_directory())
        drawn = await run_in_threadpool(
            document.document, snapshot, site.name, None, words.DEFAULT, SHAPES[0], clocks.now()
        )
        errors, scenes = int(_ERRORS.findall(drawn)[0]), len(site.scenes)
    except Exception as error:
        LOG.exception("not ready")
        return JSONResponse({"status": "not ready", "why": type(error).__name__}, status_code=503)
    said = {"status": "ready", "snapshot": snapshot.id, "scenes": scenes, "errors": errors}
    return JSONResponse(
        said if errors < scenes else said | {"status": "not ready"}, 200 if errors < scenes else 503
    )


async def figures(_: Request) -> Response:
    """The metrics."""
    return Response(metrics.text(), headers={"Content-Type": metrics.CONTENT_TYPE})


_HANDLERS = {
    "/wall": wall,
    "/wall/shell": wall_shell,
    "/wall/worker.js": worker,
    "/wall/health": health_page,
    "/wall/health.json": health_json,
    "/readyz": ready,
    "/metrics": figures,
}
ROUTES = [Route(path, metrics.counted(path, handler)) for path, handler in _HANDLERS.items()]
