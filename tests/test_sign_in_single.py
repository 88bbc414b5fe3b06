"""A server without a configured sign-in, told to listen everywhere: asked over every address that this machine has."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.pictures import browsing
from model.policy import signing_in

SOCKET = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}  # fmt: skip
PATHS = ("/", "/healthz", "/g", "/wall", "/metrics", "/_stcore/stream", "/_stcore/health", "/nothing")


def ask(
    to: str, port: int, path: str = "/", headers: dict[str, str] | None = None, host: str | None = None
) -> tuple[int, str]:
    """The answer to one request to this address, under this name or its own; a socket where one is asked for."""
    name = f"[{to}]" if ":" in to else to
    kept = http.client.HTTPConnection(to, port, timeout=20)
    try:
        more = SOCKET if path == "/_stcore/stream" else {}
        kept.request("GET", path, headers={"Host": host or f"{name}:{port}"} | more | (headers or {}))
        found = kept.getresponse()
        return found.status, "" if found.status == 101 else found.read().decode(errors="replace")
    finally:
        kept.close()


def own_addresses() -> set[str]:
    """The addresses by which other machines reach this one."""
    found = set()
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as one:
            try:
                one.connect((elsewhere, 9))  # a datagram socket sends nothing by being connected
            except OSError:
                continue
            found.add(one.getsockname()[0])
    return {one for one in found if not one.startswith("127.") and one != "::1"}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server that listens on every address, IPv6 where there is any."""
    folder = tmp_path_factory.mktemp("single")
    everywhere = "::" if socket.has_ipv6 and Path("/proc/net/if_inet6").exists() else "0.0.0.0"
    assert not signing_in.DEFAULT_FILE.exists(), "this checkout is configured"
    with browsing.served(folder / "warehouse", arguments=("--server.address", everywhere)) as address:
        yield int(address.rsplit(":", 1)[1])


def test_this_machine_is_answered(port: int) -> None:
    assert ask("127.0.0.1", port)[0] == 200
    assert ask("127.0.0.1", port, host=f"localhost:{port}")[0] == 200
    assert ask("127.0.0.1", port, "/_stcore/stream")[0] == 101


def test_no_other_address_is_answered_under_any_path(port: int) -> None:
    for address in own_addresses():
        for path in PATHS:
            status, said = ask(address, port, path)
            assert status == 403, (address, path)
            assert path == "/_stcore/stream" or ("仅限本机访问" in said and "only this machine" in said)
            assert ask(address, port, path, host=f"localhost:{port}")[0] == 403, "nor by calling it localhost"


@pytest.mark.parametrize("path", PATHS)
def test_nobody_comes_in_by_another_name_for_this_machine_or_through_a_proxy(port: int, path: str) -> None:
    for host in ("rebound.example", f"rebound.example:{port}", "127.0.0.1.rebound.example", "[::ffff:1]", ""):
        assert ask("127.0.0.1", port, path, host=host or " ")[0] == 403, host
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Forwarded-Host", "Via"):
        for value in ("10.0.0.7", "127.0.0.1"):
            assert ask("127.0.0.1", port, path, {name: value})[0] == 403, (name, value)


def test_another_sites_page_opens_no_socket(port: int) -> None:
    for origin in ("https://evil.example", "http://localhost:1", "null"):
        assert ask("127.0.0.1", port, "/_stcore/stream", {"Origin": origin})[0] == 403
    own = {"Origin": f"http://127.0.0.1:{port}"}
    assert ask("127.0.0.1", port, "/_stcore/stream", own)[0] == 101
