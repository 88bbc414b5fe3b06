"""Nothing configured: this machine alone is answered. Else a provider or a proxy says who, and roles what they get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pandas as pd
import pytest
from ledger_fixture import Databases, databases, settle
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from ledger.storage import Ledger
from model import policy, warehouse
from model.policy import Actor, signing_in
from model.policy.signing_in import SignIn, SignInError
from pages import contents
from pages.parts import guard, visitor
from pages.parts.words import Words
from tests import warehouse_fixture as fixture

__all__ = ["databases"]
ROOT = Path(__file__).parents[1]
LOCAL = {"host": "127.0.0.1:8501"}
PROXY = 'mode = "proxy"\naccount = "name"\n'


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


def answer(client: str | None, headers: dict[str, str], kind: str = "http") -> list[dict[str, Any]]:
    """What the guard sends for a request from an address with these headers."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept", "status": 200})
        else:
            await PlainTextResponse("page")(scope, receive, send)

    scope = {
        "type": kind, "method": "GET", "path": "/", "client": (client, 5000) if client else None,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    anyio.run(guard.Guard(app), scope, receive, send)
    return sent


def test_a_refusal_says_why_in_both_languages_and_answers_carry_secure_headers() -> None:
    refused = answer("10.0.0.7", LOCAL)
    text = refused[1]["body"].decode()
    assert "仅限本机访问" in text and "only this machine" in text
    headers = {name.decode() for name, _ in answer("127.0.0.1", LOCAL)[0]["headers"]}
    assert {name.lower() for name in guard.SECURE} <= headers


def test_once_configured_other_addresses_are_answered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(monkeypatch, tmp_path, PROXY)
    assert status("10.0.0.7", {"host": "integrity.example"}) == 200


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('mode = "password"', "mode"), ('mode = "single_user"', "mode"), ("mode = ", "cannot be read"), ("", "mode"),
        (PROXY + 'anonymous = "manager"', "anonymous"), (PROXY + 'anonymous = "king"', "no role king"),
        (PROXY + 'roles = 1', "unknown"),
        (PROXY + '[[role]]\nclaim = "g"\nvalue = "x"\nrole = "single_user"', "no role single_user"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str
) -> None:
    configure(monkeypatch, tmp_path, text)
    with pytest.raises(SignInError, match=said):
        signing_in.sign_in()


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
    assert found.name_in({"email": "a@b", "email_verified": False}) is None


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
    assert visitor.actor() is None


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
