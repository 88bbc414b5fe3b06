"""Signing in through nginx: the documented configuration, before an echo of what it passes on and before the pages."""

from __future__ import annotations

import base64
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nginx_server
import pytest
from ledger_fixture import settle
from nginx_server import DISPLAY, Nginx
from playwright.sync_api import Browser, Page, expect

from docs.pictures import browsing
from ledger import migration
from ledger.storage import ADDRESS_VARIABLE, open_ledger
from model.policy import signing_in
from pages.parts import secure_headers
from pages.parts.words import Words
from tests import warehouse_fixture as fixture

ROOT = Path(__file__).parents[1]
UNIT = "420106"
SECRET = secrets.token_hex(32)
PEOPLE = {"chief": ("manager", UNIT), "worker": ("field_staff", UNIT), "陈晨": ("analyst", None)}
WORDS = {name: secrets.token_hex(8) for name in (*PEOPLE, "stranger")}
SAY = Words("zh").say


def basic(name: str, word: str | None = None) -> dict[str, str]:
    given = f"{name}:{WORDS[name] if word is None else word}"
    return {"Authorization": "Basic " + base64.b64encode(given.encode()).decode()}


# --- what is passed on ------------------------------------------------------------------------------------------------


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # an answer in one piece: in two, the second waits for the first to be acknowledged

    def do_GET(self) -> None:
        body = json.dumps([[name.lower(), value] for name, value in self.headers.items()]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "_streamlit_user=x; HttpOnly; SameSite=Lax; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Nginx]:
    """nginx, new, so that nothing has been counted yet."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with nginx_server.running(tmp_path, server.server_port, SECRET, WORDS) as found:
        yield found
    server.shutdown()
    server.server_close()


def passed(nginx: Nginx, path: str, headers: dict[str, str], **more: Any) -> dict[str, str]:
    answer = nginx.ask(path, headers, **more)
    assert answer.status == 200, answer
    found: list[list[str]] = json.loads(answer.body)
    assert len({name for name, _ in found}) == len(found), (
        "a header that comes twice could be read either way"
    )
    return dict(found)


FORGED = {
    "X-Remote-User": "chief", "X-Proxy-Secret": "guess", "X-Forwarded-For": "10.9.9.9", "Forwarded": "for=10.9.9.9",
    "X-Real-IP": "10.9.9.9", "X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "http",
}  # fmt: skip


def test_only_the_verified_name_is_passed_on_and_only_to_the_socket(echo: Nginx) -> None:
    stream = "/_stcore/stream"
    found = passed(echo, stream, FORGED | basic("worker"))
    assert (found["x-remote-user"], found["x-proxy-secret"]) == ("worker", SECRET)
    assert (found["x-forwarded-for"], found["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert found["host"] == f"127.0.0.1:{echo.port}", "with its port: the page's origin is compared with it"
    hidden = {"forwarded", "x-real-ip", "x-forwarded-host", "authorization"}
    assert hidden.isdisjoint(found)
    for path, headers, source in (
        ("/", basic("worker"), "127.0.0.1"),
        ("/window/say", basic("chief", "wrong"), "127.0.0.1"),
        ("/g", basic("chief", "wrong"), "127.0.0.1"),
        (stream, basic("chief", "wrong"), DISPLAY),
        (stream, {}, DISPLAY),
    ):
        assert "x-remote-user" not in passed(echo, path, FORGED | headers, source=source), (path, source)


def test_nobody_comes_in_without_the_right_password(echo: Nginx) -> None:
    wrong = ({}, basic("chief", "wrong"), basic("nobody", "x"), FORGED)
    for path in ("/", "/trend", "/_stcore/stream", "/wall-scenes", "/media/x", "/auth/login"):
        assert {echo.ask(path, headers).status for headers in wrong} == {401}, path
        assert echo.ask(path, basic("chief")).status == 200
    for path in ("/g", "/window/say", "/kiosk", "/wall", "/healthz"):
        assert echo.ask(path).status == 200, "public"


def test_how_the_service_is_is_told_to_the_house_alone(echo: Nginx) -> None:
    for path in ("/metrics", "/readyz", "/wall/health", "/wall/health.json", "/_stcore/metrics"):
        assert echo.ask(path).status == 200
        assert echo.ask(path, source=DISPLAY).status == 403
    assert echo.ask("/_stcore/agent/mcp", basic("chief")).status == 404


def test_answers_carry_what_only_the_proxy_knows(echo: Nginx) -> None:
    answer = echo.ask("/healthz")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "Secure" in answer.headers["set-cookie"] and "SameSite=Lax" in answer.headers["set-cookie"]
    assert answer.headers["server"] == "nginx"


def test_the_log_holds_no_name_and_nothing_of_a_question(echo: Nginx) -> None:
    echo.ask("/analysis?sql=select%20secret", basic("chief"))
    log = echo.log("/analysis 200")
    assert "/analysis 200" in log and "chief" not in log and "secret" not in log


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", "/window/say", 10), ("GET", "/auth/login", 20), ("GET", "/healthz", 300)],
)
def test_who_asks_too_often_is_told_to_wait_and_others_are_not(
    echo: Nginx, method: str, path: str, allowed: int
) -> None:
    named = basic("chief")
    for number, answer in enumerate(echo.ask_on(path, named, method=method)):
        if answer.status != 200 or number > 10 * allowed:
            break
    assert answer.status == 429 and number > allowed
    assert "操作过于频繁" in answer.body.decode() and "Too many" in answer.body.decode()
    assert answer.headers["retry-after"] == "10"
    assert echo.ask(path, named, method=method, source=DISPLAY).status == 200
    if allowed < 300:
        assert echo.ask("/", named).status == 200, "only what was done too often"


def test_a_service_that_is_gone_is_told_calmly(tmp_path: Path) -> None:
    with nginx_server.running(tmp_path, browsing.free_port(), SECRET, WORDS) as nginx:
        answer = nginx.ask("/healthz")
    assert answer.status == 503 and "正在启动" in answer.body.decode() and "starting" in answer.body.decode()


# --- the pages behind it ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("proxied")
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.db'}")
    migration.upgrade(ledger)
    settle(ledger, PEOPLE)
    fixture.publish(folder / "warehouse")
    said = f'mode = "proxy"\naccount = "name"\nproxy_secret = "{SECRET}"\n'
    (folder / "sign_in.toml").write_text(said, encoding="utf-8")
    variables = {
        ADDRESS_VARIABLE: f"sqlite:///{folder / 'ledger.db'}",
        signing_in.FILE_VARIABLE: str(folder / "sign_in.toml"),
        "STREAMLIT_SERVER_TRUSTED_USER_HEADERS": json.dumps({"X-Remote-User": "name"}),
    }
    with browsing.served(folder / "warehouse", variables) as address:
        port = int(address.rsplit(":", 1)[1])
        (folder / "nginx").mkdir()
        with nginx_server.running(folder / "nginx", port, SECRET, WORDS) as nginx:
            yield nginx
    ledger.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as found:
        yield found


@contextmanager
def opened(browser: Browser, address: str, name: str | None, **headers: str) -> Iterator[Page]:
    """A window of one person."""
    given: Any = {"username": name, "password": WORDS[name]} if name else None
    context = browser.new_context(
        http_credentials=given, extra_http_headers=headers, ignore_https_errors=True
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda one: problems.append(one.text) if "Content Security" in one.text else None)
    page.goto(address)
    yield page
    assert problems == []
    context.close()


def upstream(pages: Nginx) -> int:
    text = (pages.folder / "integrity" / "site.conf").read_text(encoding="utf-8")
    return int(text.split("server 127.0.0.1:")[1].split(";")[0])


@pytest.mark.browser
def test_the_name_that_nginx_verified_is_who_is_here(pages: Nginx, browser: Browser) -> None:
    with opened(browser, pages.address, "chief") as page:
        expect(page.locator("h1.page-title")).to_have_text(SAY("overview.title"))
        expect(page.get_by_text("chief · 局领导")).to_be_visible()
        assert page.evaluate("window.isSecureContext")
    with opened(browser, pages.address, "worker", **{"X-Remote-User": "chief"}) as page:
        expect(page.get_by_text("worker · 一线人员")).to_be_visible()
        expect(page.get_by_role("link", name=SAY("overview.title"))).to_have_count(0)
    with opened(browser, pages.address, "陈晨") as page:
        expect(page.get_by_text("陈晨 · 数据分析")).to_be_visible()
    with opened(browser, pages.address, "stranger") as page:
        expect(page.get_by_text("账号“stranger”未登记")).to_be_visible()


@pytest.mark.browser
def test_a_header_that_comes_past_nginx_names_nobody(pages: Nginx, browser: Browser) -> None:
    direct = f"http://127.0.0.1:{upstream(pages)}"
    for secret in ("", "guess"):
        with opened(browser, direct, None, **{"X-Remote-User": "chief", "X-Proxy-Secret": secret}) as page:
            expect(page.get_by_text(SAY("shared.sign_in_text"))).to_be_visible()
            expect(page.locator("h1.page-title")).to_have_count(0)


@pytest.mark.browser
def test_signed_out_everywhere_an_open_page_ends_by_itself(pages: Nginx, browser: Browser) -> None:
    with opened(browser, pages.address, "chief") as page:
        expect(page.locator("h1.page-title")).to_be_visible()
        with opened(browser, pages.address, "chief") as other:
            expect(other.locator("[data-test-script-state=notRunning]")).to_be_visible()
            other.get_by_role("button", name=SAY("shared.sign_out_everywhere")).click()
            expect(other.get_by_text("本次登录已结束")).to_be_visible()
        expect(page.get_by_text("本次登录已结束")).to_be_visible()
        expect(page.get_by_text(SAY("shared.reload"))).to_be_visible()
        expect(page.locator("h1.page-title")).to_have_count(0)
        page.reload()
        expect(page.locator("h1.page-title")).to_be_visible()


def test_every_answer_carries_the_secure_headers(pages: Nginx) -> None:
    for path in ("/", "/trend", "/healthz", "/_stcore/health", "/static/nothing.js"):
        answer = pages.ask(path, basic("chief"))
        for name, value in secure_headers.headers().items():
            assert answer.headers[name.lower()] == value, (path, name)
    own = pages.ask("/wall").headers["content-security-policy"]
    assert "script-src 'sha256-" in own and "unsafe-eval" not in own


def test_the_pages_themselves_listen_on_loopback_alone(pages: Nginx) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no other address")
        own = one.getsockname()[0]
    with pytest.raises(OSError):
        socket.create_connection((own, upstream(pages)), timeout=5)
