"""Asks an ASGI application without a network: one request, one answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute


@dataclass(frozen=True)
class Answer:
    status_code: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.text)


class Client:
    """GETs the routes of an application, and POSTs forms to them, from an address."""

    def __init__(
        self, routes: Sequence[BaseRoute], address: str = "192.0.2.1", middleware: Sequence[Middleware] = ()
    ) -> None:
        self.app = Starlette(routes=routes, middleware=list(middleware))
        self.address = address

    def get(self, address: str, **headers: str) -> Answer:
        return self.ask("GET", address, b"", headers)

    def get_bytes(self, address: str, accept: str = "identity") -> bytes:
        return self.get(address, accept_encoding=accept).body

    def post(self, address: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """A form as a browser sends it."""
        given = {"content_type": "application/x-www-form-urlencoded"} | headers
        return self.ask("POST", address, urlencode(fields).encode(), given)

    def ask(
        self, method: str, address: str, body: bytes, headers: Mapping[str, str], *, is_cut: bool = False
    ) -> Answer:
        """One request; `is_cut`: whose line breaks off after the body that is given."""
        path, _, query = address.partition("?")
        given = {"host": "test"} | headers
        scope = {
            "type": "http", "method": method, "path": unquote(path), "raw_path": path.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
            "query_string": query.encode(), "http_version": "1.1", "scheme": "http", "server": ("test", 80),
            "client": (self.address, 40000),
        }  # fmt: skip
        return asyncio.run(self._ask(scope, body, is_cut=is_cut))

    async def _ask(self, scope: dict[str, Any], content: bytes, *, is_cut: bool) -> Answer:
        sent: list[Any] = []
        arriving = [{"type": "http.request", "body": content, "more_body": is_cut}]

        async def receive() -> dict[str, Any]:
            return arriving.pop() if arriving else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        body = b"".join(one.get("body", b"") for one in sent[1:])
        return Answer(sent[0]["status"], headers, body)
