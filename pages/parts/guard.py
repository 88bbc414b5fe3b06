"""What stands before every request: without a configured sign-in nobody but this machine is answered; secure headers.

It is ASGI middleware, so that it holds for pages, routes and sockets alike. It must not know who somebody is.
"""

from __future__ import annotations

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.policy import signing_in
from pages.parts.words import Words

LOG = logging.getLogger(__name__)
SECURE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Refuses what may not be answered, and adds the headers to what is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        if signing_in.sign_in().is_single_user:
            LOG.warning("%s %s", *(Words(one).say("shared.single_user_start") for one in ("zh", "en")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if signing_in.sign_in().is_single_user and not _is_local(scope):
            await _refuse(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


def _is_local(scope: Scope) -> bool:
    client = scope.get("client")
    return signing_in.is_local(client[0] if client else None, Headers(scope=scope))


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    said = "\n".join(Words(one).say("shared.single_user_refused") for one in ("zh", "en"))
    await PlainTextResponse(said, status_code=403, headers=SECURE)(scope, receive, send)
