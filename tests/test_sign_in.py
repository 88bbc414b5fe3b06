"""Nothing configured: this machine alone is answered. Else a provider or a proxy says who, and roles what they get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pandas as pd
import pytest
from ledger_fixture import Databases, databases, settle
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from ledger.programme import steps
from ledger.storage import Ledger
from model import policy, warehouse
from model.policy import Actor, RefusedError, signing_in
from model.policy.signing_in import SignIn, SignInError
from pages import contents
from pages.parts import guard, secure_headers, visitor
from pages.parts.wall import site
from pages.parts.window import setup
from pages.parts.words import Words
from tests import warehouse_fixture as fixture

__all__ = ["databases"]
ROOT = Path(__file__).parents[1]
LOCAL = {"host": "127.0.0.1:8501"}
PROXY = 'mode = "proxy"\naccount = "name"\n'
RULE = PROXY + '[[role]]\nclaim = "g"\nvalue = "x"\nrole = "office_head"\n'


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(signing_in.FILE_VARIABLE, raising=False)
    monkeypatch.setattr(signing_in, "DEFAULT_FILE", tmp_path / "none.toml")


def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    path = tmp_path / "sign_in.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(signing_in.FILE_VARIABLE, str(path))


# --- nothing configured -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "headers", "answered"),
    [
        ("127.0.0.1", LOCAL, True),
        ("127.0.0.1", {"host": "localhost:8501"}, True),
        ("::1", {"host": "[::1]:8501"}, True),
        ("::1", {"host": "[::1]"}, True),
        ("10.0.0.7", LOCAL, False),
        ("10.0.0.7", {"host": "10.0.0.1:8501"}, False),
        ("127.0.0.1", {"host": "integrity.example"}, False),
        ("127.0.0.1", {"host": "127.0.0.1.evil.example"}, False),
        ("127.0.0.1", {}, False),
        ("127.0.0.1", LOCAL | {"x-forwarded-for": "10.0.0.7"}, False),
        ("127.0.0.1", LOCAL | {"x-real-ip": "10.0.0.7"}, False),
        ("127.0.0.1", LOCAL | {"forwarded": "for=10.0.0.7"}, False),
        ("127.0.0.1", LOCAL | {"x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", LOCAL | {"x-forwarded-host": "localhost"}, False),
        ("127.0.0.1", LOCAL | {"via": "1.1 elsewhere"}, False),
        ("::ffff:127.0.0.1", LOCAL, True),
        ("::ffff:10.0.0.7", LOCAL, False),
        ("fe80::1%eth0", {"host": "[::1]:8501"}, False),
        ("2001:db8::7", {"host": "[::1]:8501"}, False),
        ("::1", {"host": "[2001:db8::1]:8501"}, False),
        ("127.0.0.1", {"host": "LOCALHOST:8501"}, True),
        ("127.0.0.1", {"host": "localhost.evil.example:8501"}, False),
        ("127.0.0.1", {"host": "evil.example@127.0.0.1:8501"}, False),
        ("127.0.0.1", {"host": "0.0.0.0:8501"}, False),
        ("127.0.0.1", {"host": "2130706433:8501"}, False),
        ("testclient", LOCAL, False),
        (None, LOCAL, False),
    ],
)
def test_without_a_sign_in_only_this_machine_is_answered(
    client: str | None, headers: dict[str, str], answered: bool
) -> None:
    assert signing_in.is_local(client, headers) is answered
    assert status(client, headers) == (200 if answered else 403)
    assert status(client, headers, kind="websocket") == (200 if answered else 1008)


def status(client: str | None, headers: dict[str, str], kind: str = "http") -> int:
    sent = answer(client, headers, kind)
    first = sent[0]
    return int(first.get("status") or first.get("code") or 0)


def answer(
    client: str | None, headers: dict[str, str], kind: str = "http", path: str = "/"
) -> list[dict[str, Any]]:
    """What the guard sends for a request from an address with these headers."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept", "status": 200})
        else:
            await PlainTextResponse("page")(scope, receive, send)

    return asked(app, client, headers, kind, path)


def asked(
    app: Any, client: str | None, headers: dict[str, str], kind: str, path: str = "/"
) -> list[dict[str, Any]]:
    """What is sent where this app stands behind the guard."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": kind, "method": "GET", "path": path, "client": (client, 5000) if client else None,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    anyio.run(guard.Guard(app), scope, receive, send)
    return sent


def test_no_browser_keeps_a_copy_of_a_file_that_is_taken() -> None:
    kept = {path: dict(answer("127.0.0.1", LOCAL, path=path)[0]["headers"]) for path in ("/media/1.csv", "/")}
    assert kept["/media/1.csv"][b"cache-control"] == b"no-store" and b"cache-control" not in kept["/"]


def test_a_refusal_says_why_in_both_languages_and_answers_carry_secure_headers() -> None:
    refused = answer("10.0.0.7", LOCAL)
    text = refused[1]["body"].decode()
    assert "仅限本机访问" in text and "only this machine" in text
    headers = {name.decode() for name, _ in answer("127.0.0.1", LOCAL)[0]["headers"]}
    assert {name.lower() for name in secure_headers.headers()} <= headers


@pytest.mark.parametrize(("path", "status"), [("/auth/login", 400), ("/auth/login", 302), ("/trend", 400)])
def test_a_provider_that_cannot_be_reached_is_told_in_both_languages(path: str, status: int) -> None:
    app = PlainTextResponse("Authentication error", status)
    start, body = asked(app, "127.0.0.1", LOCAL, "http", path)
    said = body["body"].decode()
    if (path, status) == ("/auth/login", 400):
        assert start["status"] == 503 and "登录服务暂时连接不上" in said and "cannot be reached" in said
    else:
        assert start["status"] == status and said == "Authentication error"


def test_once_configured_other_addresses_are_answered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(monkeypatch, tmp_path, PROXY)
    assert status("10.0.0.7", {"host": "integrity.example"}) == 200


# --- whose word counts ------------------------------------------------------------------------------------------------

SECRET = "s" * signing_in.LEAST_SECRET
NAMED = {"host": "integrity.example", "x-remote-user": "chief", "x-remote-email": "chief@bureau"}
TRUSTED = {"X-Remote-User": "name", "x-remote-email": "email"}


def seen(monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], kind: str) -> dict[str, str]:
    """The headers that what lies behind the guard sees."""
    monkeypatch.setattr(
        guard.config, "get_option", {"server.trustedUserHeaders": TRUSTED, "secrets.files": []}.__getitem__
    )
    found: dict[str, str] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.update((name.decode(), value.decode()) for name, value in scope["headers"])

    asked(app, "10.0.0.7", headers, kind)
    return found


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("text", "given", "believed"),
    [
        (PROXY + f'proxy_secret = "{SECRET}"', SECRET, True),
        (PROXY + f'proxy_secret = "{SECRET}"', SECRET[1:], False),
        (PROXY + f'proxy_secret = "{SECRET}"', "秘密", False),
        (PROXY + f'proxy_secret = "{SECRET}"', "", False),
        (PROXY + f'proxy_secret = "{SECRET}"', None, False),
        (PROXY, "", False),
        (PROXY, None, False),
        (f'mode = "oidc"\nproxy_secret = "{SECRET}"', SECRET, False),
    ],
)
def test_a_header_names_somebody_only_from_the_proxy_that_knows_the_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, given: str | None, believed: bool, kind: str
) -> None:
    configure(monkeypatch, tmp_path, text)
    headers = NAMED if given is None else NAMED | {"x-proxy-secret": given}
    found = seen(monkeypatch, headers, kind)
    assert {name for name in found if name.startswith("x-remote")} == (
        {"x-remote-user", "x-remote-email"} if believed else set()
    )
    assert "x-proxy-secret" not in found and found["host"] == "integrity.example"


def test_without_a_secret_the_start_says_that_no_name_is_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    configure(monkeypatch, tmp_path, PROXY)
    status("10.0.0.7", {"host": "integrity.example"})
    assert "proxy_secret" in caplog.text and "--server.trustedUserHeaders" in caplog.text


def test_a_provider_that_nobody_can_sign_in_at_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    configure(monkeypatch, tmp_path, 'mode = "oidc"')
    held = {"auth": {"client_id": "integrity", "client_secret": "geheim"}}
    monkeypatch.setattr(
        guard, "secrets_singleton", SimpleNamespace(load_if_toml_exists=lambda: True, get=held.get)
    )
    status("10.0.0.7", {"host": "integrity.example"})
    assert "[auth] redirect_uri, [auth] cookie_secret, [auth] server_metadata_url" in caplog.text
    assert "geheim" not in caplog.text and "client_id" not in caplog.text


@pytest.mark.parametrize(
    ("origin", "taken"),
    [
        (None, True), ("https://integrity.example", True), ("https://evil.example", False), ("null", False),
        ("http://localhost:9999", False), ("https://integrity.example.evil.example", False),
        ("https://integrity.example:8443", False), ("", False), ("https://[", False),
    ],
)  # fmt: skip
def test_a_socket_is_opened_for_this_sites_own_pages_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, origin: str | None, taken: bool
) -> None:
    configure(monkeypatch, tmp_path, PROXY)
    headers = {"host": "integrity.example"} | ({} if origin is None else {"origin": origin})
    assert status("10.0.0.7", headers, kind="websocket") == (200 if taken else 1008)
    assert status("10.0.0.7", headers) == 200, "a link from elsewhere may lead here"


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('mode = "password"', "mode"), ('mode = "single_user"', "mode"), ("mode = ", "cannot be read"),
        ("", "mode is missing"),
        (PROXY + 'anonymous = "manager"', "anonymous"), (PROXY + 'anonymous = "king"', "no role king"),
        (PROXY + 'roles = 1', "unknown"), (PROXY + 'proxy_secret = "short"', "proxy_secret"),
        (PROXY + "[session]\nidle = 5", "unknown"), (PROXY + '[session]\nidle_minutes = "5"', "cannot be read"),
        (PROXY + "[session]\nidle_minutes = 0", "session"), (PROXY + "session = 5", "cannot be read"),
        (PROXY + "[session]\nidle_minutes = 90\nlongest_hours = 1", "session"),
        (PROXY + '[[role]]\nclaim = "g"\nvalue = "x"\nrole = "single_user"', "no role single_user"),
        (RULE + 'units = "S01"', "role.. 1: unknown: units"), (RULE + 'anonymous = "public"', "above ..role"),
        (RULE, "role.. 1: unit: the role office_head needs"), (RULE + "unit = 990101", "unit: a text is needed"),
        (RULE + 'unit = "S01"\n[[role]]\nclaim = "g"\nvalue = ["x"]\nrole = "analyst"', "role.. 2: value: a text"),
        (PROXY + '[[role]]\nvalue = "x"\nrole = "analyst"', "role.. 1: claim: a text is needed, not None"),
        (PROXY + '[role]\nclaim = "g"', "each rule stands under ..role"),
        ('mode = "oidc"\naccount = 5', "account: a text"), (PROXY + "[session]\nidle_minutes = nan", "cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str
) -> None:
    configure(monkeypatch, tmp_path, text)
    with pytest.raises(SignInError, match=said):
        signing_in.sign_in()


def test_a_file_in_another_encoding_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(monkeypatch, tmp_path, "")
    (tmp_path / "sign_in.toml").write_bytes('mode = "oidc" # 纪检'.encode("gb18030"))
    with pytest.raises(SignInError, match=r"sign_in.toml: cannot be read"):
        signing_in.sign_in()


def test_settings_that_an_editor_began_with_a_byte_order_mark_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(monkeypatch, tmp_path, "\ufeff" + PROXY.replace("\n", "\r\n"))
    assert signing_in.sign_in().mode == "proxy"
    own = tmp_path / "own.toml"
    for load, default in ((setup.load, setup.DEFAULT_FILE), (steps.read, steps.DEFAULT_FILE)):
        own.write_text("\ufeff" + default.read_text(encoding="utf-8"), encoding="utf-8")
        assert load(own) == load(default)  # type: ignore[operator]
    own.write_text("\ufeff" + site.DEFAULT_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv(site.FILE_VARIABLE, str(own))
    assert set(site.configuration().sites) == {"hall", "office"}


def test_a_file_that_is_named_and_gone_does_not_open_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(signing_in.FILE_VARIABLE, "/nowhere/sign_in.toml")
    with pytest.raises(SignInError):
        signing_in.sign_in()


def test_claims_become_a_role_by_the_first_rule_that_fits() -> None:
    rules = (
        signing_in.Rule("groups", "纪检组", "discipline", None),
        signing_in.Rule("office", "S01", "office_head", "990101-S01"),
    )
    found = SignIn("oidc", "email", rules)
    assert found.by_rule({"email": "a@b", "groups": ["x", "纪检组"]}) == Actor("a@b", "discipline", None)
    assert found.by_rule({"email": "a@b", "office": "S01"}) == Actor("a@b", "office_head", "990101-S01")
    assert found.by_rule({"email": "a@b", "groups": "纪检组之友"}) is None
    assert found.by_rule({"groups": ["纪检组"]}) is None, "nobody without a name"
    for said in (False, "false", "False"):
        assert found.name_in({"email": "a@b", "email_verified": said}) is None
    for said in (True, "true", None):
        assert found.name_in({"email": "a@b", "email_verified": said}) == "a@b"


# --- who gets which page ----------------------------------------------------------------------------------------------

PEOPLE = {role: (role, "420106") for role in policy.ROLES} | {"lost": ("office_head", "elsewhere")}


@pytest.fixture(scope="module")
def people(databases: Databases) -> Iterator[Ledger]:
    found = databases.new()
    settle(found, PEOPLE)
    yield found
    found.close()


@pytest.fixture
def signed_in(people: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A proxy that says who is here: set `name` in the claims."""
    claims: dict[str, Any] = {}
    configure(monkeypatch, tmp_path, PROXY)
    monkeypatch.setattr(visitor, "_claims", lambda _: claims)
    monkeypatch.setattr(visitor, "ledger", lambda: people)
    yield claims


def test_every_page_is_named_in_the_policy() -> None:
    named = {name for entries in contents.PAGES.values() for name, *_ in entries}
    assert named <= set(policy.declared().pages)


@pytest.mark.parametrize("role", policy.ROLES)
def test_a_role_is_offered_exactly_the_pages_that_policy_gives_it(
    signed_in: dict[str, Any], role: str
) -> None:
    signed_in["name"] = role
    for page, action in policy.declared().pages.items():
        assert visitor.may_open(page) is policy.allows(Actor(role, role, "99"), action)
    assert visitor.may_open("a page that nobody named") is (role == "administrator")


def test_a_stranger_is_offered_nothing(signed_in: dict[str, Any]) -> None:
    assert visitor.actor() is None
    assert not any(visitor.may_open(page) for page in policy.declared().pages)
    signed_in["name"] = "not registered"
    with pytest.raises(RefusedError) as refusal:
        visitor.actor()
    assert refusal.value.code == "unknown_account" and "not registered" in refusal.value.zh


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("warehouse")
    fixture.publish(directory)
    return directory


@pytest.mark.parametrize("role", policy.ROLES)
def test_every_role_opens_the_first_page_that_is_theirs(
    signed_in: dict[str, Any], role: str, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
    signed_in["name"] = role
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    assert not app.exception
    shown = " ".join(str(one.proto.body) for one in app.get("html"))
    titles = {
        name: Words("zh").say(f"{name}.title") for entries in contents.PAGES.values() for name, *_ in entries
    }
    own = [name for name in titles if policy.allows(Actor(role, role, "99"), policy.declared().pages[name])]
    assert ("没有可查看的页面" in shown) is (not own)
    assert "暂时读不到" not in shown
    if own:
        assert titles[own[0]] in shown


def test_who_answers_for_no_unit_of_the_snapshot_is_told_so(
    signed_in: dict[str, Any], published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
    signed_in["name"] = "lost"
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    shown = " ".join(str(one.proto.body) for one in app.get("html"))
    assert not app.exception and "管辖机构" in shown


def test_units_are_those_that_a_person_answers_for(signed_in: dict[str, Any], people: Ledger) -> None:
    units = pd.DataFrame(
        {
            "unit_id": ["42", "4201", "420106", "420106-1", "420107"],
            "parent_unit_id": [None, "42", "4201", "420106", "4201"],
        }
    )
    signed_in["name"] = "manager"
    assert list(visitor.reached(units)["unit_id"]) == ["420106", "420106-1"]
    signed_in["name"] = "discipline"
    assert list(visitor.reached(units)["unit_id"]) == list(units["unit_id"])
