"""What stands before every request: who may be answered at all, and whose word on who is here counts.

Without a configured sign-in nobody but this machine is answered. A header that names a person counts only from the
proxy, which proves itself by a secret; a socket is opened only for this site's own pages. It is ASGI middleware, so
that it holds for pages, routes and sockets alike. It must not know who somebody is.
"""

from __future__ import annotations

import hmac
import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton

from model.policy import signing_in
from model.policy.signing_in import SignIn
from pages.parts import origins, secure_headers
from pages.parts.words import LANGUAGES, Words

LOG = logging.getLogger(__name__)
PROXY_HEADER = "x-proxy-secret"
"""The header by which the proxy proves itself; nothing behind the guard sees it."""
_TAKEN = "/media/"
"""Where files lie that somebody takes: records, attachments, envelopes. No browser or proxy is to keep a copy."""
_SIGN_IN = "/auth/login"
"""Where Streamlit leads to the provider; where that does not answer it says so in two English words, with 400."""
_PROVIDER_KEYS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
"""What .streamlit/secrets.toml says of an OIDC provider."""


class Guard:
    """Refuses what may not be answered, takes away what may not be believed, and adds the headers to what is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        found = signing_in.sign_in()
        if found.is_single_user:
            _warn("single_user_start")
        if found.mode == "proxy" and not found.proxy_secret:
            _warn("no_proxy_secret")
        if found.mode == "proxy" and not config.get_option("server.trustedUserHeaders"):
            _warn("no_user_header", option="--server.trustedUserHeaders")
        if found.mode == "oidc" and (missing := _missing_of_provider()):
            _warn("no_provider", file=".streamlit/secrets.toml", missing=", ".join(missing))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        found = signing_in.sign_in()
        if found.is_single_user and not _is_local(scope):
            await _refuse(scope, receive, send)
            return
        if scope["type"] == "websocket" and not _is_own_page(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
            return

        is_unreachable = False

        async def with_headers(message: Message) -> None:
            nonlocal is_unreachable
            if message["type"] == "http.response.start":
                is_unreachable = scope["path"].endswith(_SIGN_IN) and message["status"] == 400
                if is_unreachable:
                    await _told("provider_unreachable", 503)(scope, receive, send)
                    return
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith(_TAKEN):
                    headers.setdefault("Cache-Control", "no-store")
                for name, value in secure_headers.headers().items():
                    headers.setdefault(name, value)
            if not is_unreachable:
                await send(message)

        await self.app(_believable(scope, found), receive, with_headers)


def _missing_of_provider() -> list[str]:
    """What nobody can sign in without, and secrets.toml does not hold."""
    held = secrets_singleton.get("auth", {}) if secrets_singleton.load_if_toml_exists() else {}
    return [f"[auth] {one}" for one in _PROVIDER_KEYS if not held.get(one)]


def _believable(scope: Scope, found: SignIn) -> Scope:
    """The request without the proxy's secret, and without headers that name a person unless it was the proxy."""
    headers = Headers(scope=scope)
    given, secret = headers.get(PROXY_HEADER, ""), found.proxy_secret
    is_proxy = found.mode == "proxy" and bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
    taken = {PROXY_HEADER.encode()}
    if not is_proxy:
        taken |= {
            str(name).lower().encode("latin-1") for name in config.get_option("server.trustedUserHeaders")
        }
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in taken]
    return {**scope, "headers": kept}


def _is_own_page(headers: Headers) -> bool:
    """Whether a socket is asked for by a page of this very site, or by no page: another site's page is refused.

    A browser sends a person's proof of identity along with whatever page asks.
    """
    origin = headers.get("origin")
    return origin is None or origins.is_own(origin, headers)


def _is_local(scope: Scope) -> bool:
    client = scope.get("client")
    return signing_in.is_local(client[0] if client else None, Headers(scope=scope))


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await _told("single_user_refused", 403)(scope, receive, send)


def _told(key: str, status: int) -> PlainTextResponse:
    """An answer that says one thing in both languages, where no page can be made."""
    said = "\n".join(Words(one).say(f"shared.{key}") for one in LANGUAGES)
    return PlainTextResponse(said, status, {"Cache-Control": "no-store"} | secure_headers.headers())


def _warn(key: str, **values: object) -> None:
    LOG.warning("%s %s", *(Words(one).say(f"shared.{key}", **values) for one in ("zh", "en")))
