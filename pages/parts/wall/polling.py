"""The one request that comes all day: what every display asks every few seconds, answered before anything else.

Sixty displays ask seven times a second. On the way to a route a request costs ten times what its answer does: sessions,
compression, a search among the routes. So it is answered ahead of them, as ASGI, from bytes that are written once a
snapshot. It reads no database and must not wait for anything.
"""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from pages.parts import clocks
from pages.parts.wall import displays, metrics, state
from pages.parts.wall.displays import DISPLAYS, Displays
from pages.parts.wall.site import ConfigurationError
from pages.parts.words import Words

PATH = "/wall/state"
_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class Polls:
    """Answers the polls; everything else goes on."""

    def __init__(self, app: ASGIApp, kept: Displays = DISPLAYS) -> None:
        self.app, self.kept = app, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status, body = _answered(dict(parse_qsl(scope["query_string"].decode("latin-1"))), self.kept)
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*_HEADERS, length]})
        await send({"type": "http.response.body", "body": body})
        metrics.note(PATH, status, time.perf_counter() - started)


def _answered(query: dict[str, str], kept: Displays) -> tuple[int, bytes]:
    """What a display must know now; what it says of itself is kept."""
    language = state.language_of(query.get("lang"))
    try:
        site, said = state.answer(query.get("site"), language, len(kept))
    except KeyError:
        return 404, _told(Words(language).say("shell.unknown_site", name=query["site"][:60]))
    except ConfigurationError:
        return 503, _told(Words(language).say("shell.unconfigured"))
    beat = displays.read(query, site, clocks.now())
    if beat and kept.note(beat) and beat.drawn_seconds is not None:
        metrics.DRAWN.observe(beat.drawn_seconds)
    return 200, said


def _told(message: str) -> bytes:
    return json.dumps({"messages": [message]}, ensure_ascii=False).encode()
