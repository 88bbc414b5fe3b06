"""Every page, export and route as every role, against tables written out here: what is new stands in them, or it fails.

A page that is not a role's says so calmly and reads nothing of the warehouse. Who answers for some units gets nothing
of another's, whoever was here before in the same process.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from asgi_client import Client
from ledger_fixture import KEEPER, settle
from streamlit.testing.v1 import AppTest

from ledger import migration
from ledger.schema import Unit
from ledger.storage import ADDRESS_VARIABLE, Ledger, open_ledger
from model import policy, warehouse
from model.policy import signing_in
from model.warehouse import Snapshot
from pages import contents
from pages.parts import evidence, server, visitor
from pages.parts.reads import shared
from pages.parts.wall import polling
from pages.parts.words import Words
from tests import demo_site
from tests import warehouse_fixture as fixture

ROOT = Path(__file__).parents[1]
SAY = Words("zh").say
ROLES = ("display", "public", "field_staff", "office_head", "branch_secretary", "manager", "analyst", "discipline",
         "administrator", "nobody")  # fmt: skip
PAGES = """
overview    . . . x x x x x . .
portraits   . . . x x x x x . .
warnings    . . . x x x x x . .
handling    . . x x x x . x . .
own_matters . . x x x x x x x .
trends      . . . x x x x x . .
standards   . . . x x x x x . .
cells       . . . x x x x x . .
complaints  . . . x x x x x . .
feedback    . . . x . x . x . .
duties      . . x x x x . x . .
scenarios   . . x x x x x x . .
explore     . . . x . x x x . .
health      . . . x x x x x . .
audit       . . . . . . . x x .
accounts    . . . . . . . . x .
"""
EXPORTS = """
answer_files.offer      . . . x . x x x . .
answering._issued       . . . x . x . . . .
answering._envelope     . . . . . . . x . .
reporting._panel        . . . x x x x x . .
audit_files._file       . . . . . . . x . .
keeping.files           . . x x x x . x . .
"""
"""What gives a file away: the function that offers it."""
ACTIONS = {
    "answer_files.offer": {"compose_query", "export_records"},
    "answering._issued": {"see_feedback", "issue_visit_codes"},
    "answering._envelope": {"see_feedback", "open_vault"},
    "reporting._panel": {"see_units", "make_report"},
    "audit_files._file": {"watch_trail", "see_audit"},
    "keeping.files": {"see_warnings"},
}
"""The actions by which policy gives it: that of its page, and its own."""
TABLES = {
    "answering", "asked_before", "board", "cell_lists", "dictionary", "disposing", "evidence", "findings",
    "portrait_pictures", "register_parts", "registering", "running", "running_lists", "ticket_conduct",
    "ticket_pictures", "ticket_rises", "trend_lists", "warning_detail", "warning_list",
}  # fmt: skip
"""Modules whose tables can be taken along as they are shown: they stand on pages above, and hold no more than these."""


def table(text: str) -> dict[str, dict[str, bool]]:
    rows = (line.split() for line in text.strip().splitlines())
    return {name: dict(zip(ROLES, (mark == "x" for mark in marks), strict=True)) for name, *marks in rows}


ADDRESSES = {name: address for entries in contents.PAGES.values() for name, _, address in entries}
FIRST = next(iter(ADDRESSES))
HEADS = {"head_a": "420106", "head_b": "420105"}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    found = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}")
    migration.upgrade(found)
    settle(found, {role: (role, "420106") for role in policy.ROLES} | {
        name: ("office_head", unit) for name, unit in HEADS.items()})  # fmt: skip
    with found.write(KEEPER) as recorder:
        recorder.replace_register(
            "sync", Unit,
            [{"unit_id": unit, "parent_unit_id": None, "name": name} for unit, name in fixture.DISTRICTS.items()],
        )  # fmt: skip
    yield found
    found.close()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("warehouse")
    snapshot = directory / fixture.publish(directory)
    with warehouse.connect(snapshot / "analysis.duckdb") as connection:
        warehouse.attach(connection, snapshot / "full.duckdb", "whole")
        for statement in (
            "CREATE SCHEMA record", "CREATE SCHEMA mart", "CREATE TABLE mart.unit_tree AS FROM whole.mart.unit_tree",
            "CREATE TABLE record.inspection AS SELECT 'N' || row_number() OVER () AS inspection_id, unit_id, "
            "TIMESTAMP '2026-10-01 09:00:00' AS started_at FROM (SELECT DISTINCT unit_id FROM whole.mart.unit_tree)",
        ):  # fmt: skip
            connection.execute(statement)
    return directory


@pytest.fixture
def claims(
    ledger: Ledger, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """A proxy that says who is here: set `name`."""
    found: dict[str, Any] = {}
    path = tmp_path / "sign_in.toml"
    path.write_text('mode = "proxy"\naccount = "name"\n', encoding="utf-8")
    monkeypatch.setenv(signing_in.FILE_VARIABLE, str(path))
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
    monkeypatch.setenv(ADDRESS_VARIABLE, ledger.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(visitor, "_claims", lambda _: found)
    monkeypatch.setattr(visitor, "ledger", lambda: ledger)
    return found


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every way to the warehouse, noted: surfaces opened, answers remembered, sandboxes."""
    found: list[str] = []

    def noted(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def call(*given: Any, **named: Any) -> Any:
            found.append(name)
            return real(*given, **named)

        monkeypatch.setattr(owner, name, call)

    noted(Snapshot, "engine")
    noted(shared, "_notice")
    for name in ("sandbox", "connect", "beside", "read", "open_snapshot"):
        noted(warehouse, name)
    return found


def opened(name: str, **query: str) -> AppTest:
    app = demo_site.page_of("" if name == FIRST else ADDRESSES.get(name, name), **query)
    assert not app.exception
    return app


def titles(app: AppTest) -> list[str]:
    return re.findall(r'<h1 class="page-title">(.*?)</h1>', demo_site.shown(app))


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_tables_name_every_page_every_role_and_every_export() -> None:
    assert set(table(PAGES)) == set(ADDRESSES), "a new page is a line of the table"
    assert set(ROLES) == {*policy.ROLES, "nobody"}
    assert set(table(EXPORTS)) == set(ACTIONS) == set(_offering("download_button"))
    assert {one.split(".")[0] for one in _offering("stamped")} <= TABLES | {"export"}


def _offering(called: str) -> set[str]:
    """Module and function of every call of this name in the pages."""
    found = set()
    for path in (ROOT / "pages").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for function in ast.walk(ast.parse(text)) if f"{called}(" in text else ():
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                name = getattr(node.func, "attr", None) if isinstance(node, ast.Call) else None
                if name == called:
                    found.add(f"{path.stem}.{function.name}")
    return found


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_pages_and_no_other(claims: dict[str, Any], reads: list[str], role: str) -> None:
    """Asked by their addresses: a page that is not theirs says so, and reads nothing."""
    if role != "nobody":
        claims["name"] = role
    for name, expected in table(PAGES).items():
        reads.clear()
        is_led_on = name == FIRST and not expected[role] and role != "nobody"
        app = opened("home" if is_led_on else name)
        shown = demo_site.shown(app)
        if expected[role]:
            assert titles(app) == [SAY(f"{name}.title")], (role, name)
            assert SAY("shared.refused_title") not in shown and SAY("shared.failing_title") not in shown
            continue
        assert reads == [], (role, name, "reads the warehouse")
        assert SAY(f"{name}.title") not in titles(app)
        if role == "nobody":
            assert SAY("shared.sign_in_text") in shown and 'page-title"' not in shown
        else:
            refused = policy.declared().roles[role].zh
            assert SAY("shared.refused_title") in shown and f"“{refused}”无权" in shown, (role, name)


@pytest.mark.parametrize("role", ["display", "public", "office_head", "nobody"])
def test_a_wall_that_shows_what_is_public_is_the_publics(
    claims: dict[str, Any], reads: list[str], role: str
) -> None:
    """A hall's display has no name: where who has not signed in is the public, it draws its hall, and no inner wall."""
    if role == "public":
        path = Path(os.environ[signing_in.FILE_VARIABLE])
        path.write_text(path.read_text(encoding="utf-8") + 'anonymous = "public"\n', encoding="utf-8")
    elif role != "nobody":
        claims["name"] = role
    for site, expected in {"hall": role != "nobody", "office": role in ("display", "office_head")}.items():
        reads.clear()
        app = opened("wall-scenes", site=site)
        assert bool(app.get("bidi_component")) is expected, (role, site)
        assert expected or reads == [], "reads the warehouse"


@pytest.mark.parametrize("role", ROLES)
def test_an_export_is_a_roles_or_not(role: str) -> None:
    for name, expected in table(EXPORTS).items():
        may = role != "nobody" and ACTIONS[name] <= policy.actions(policy.Actor("x", role, "420106"))
        assert may is expected[role], (role, name)


# --- what an export and a query give ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["office_head", "manager", "analyst", "discipline"])
def test_only_who_may_export_is_offered_files_of_an_answer(claims: dict[str, Any], role: str) -> None:
    claims["name"] = role
    app = opened("explore", table="inspection")
    files = {one for one in _keys(app) if one.startswith("export_") and one != "export_purpose"}
    assert bool(files) is table(EXPORTS)["answer_files.offer"][role]


def _keys(app: AppTest) -> set[str]:
    return {str(key) for one in app.get("download_button") if (key := getattr(one, "key", None))} | {
        match
        for one in app.get("download_button")
        for match in re.findall(r"(export_\w+)", str(one.proto.id))
    }


# --- the records behind a number --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["office_head", "branch_secretary", "manager", "analyst", "discipline"])
def test_only_who_may_see_the_records_behind_a_number_is_shown_them(
    claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    """Wherever they are listed; who may not is told so, and nothing is read."""
    claims["name"] = role
    read = []
    monkeypatch.setattr(evidence.evidence, "behind", lambda *given: read.append(given))
    shown = demo_site.shown(opened("trends", view="records"))
    may = role not in ("branch_secretary", "analyst")
    assert bool(read) is may
    assert (f"“{policy.declared().roles[role].zh}”无权查看数字背后的记录" in shown) is not may


# --- units ------------------------------------------------------------------------------------------------------------


def sent(node: Any) -> Iterator[str]:
    """All texts that the server sends for a page: what is drawn, what lists offer, what tables hold."""
    proto = getattr(node, "proto", None)
    if proto is not None:
        yield from _texts(proto)
    for child in getattr(node, "children", {}).values():
        yield from sent(child)


def _texts(message: Any) -> Iterator[str]:
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        if field.message_type and field.message_type.GetOptions().map_entry:
            values = [part for pair in value.items() for part in pair]
        for one in values:
            if isinstance(one, bytes):
                yield one.decode("utf-8", "replace")
            elif isinstance(one, str):
                yield re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), one)
            elif hasattr(one, "ListFields"):
                yield from _texts(one)


def views(name: str) -> list[str]:
    """The views that a page has by its module, the one without a name first."""
    show = next(show for entries in contents.PAGES.values() for one, show, _ in entries if one == name)
    found = getattr(__import__(show.__module__, fromlist=["VIEWS"]), "VIEWS", ())
    return ["", *found]


def others(unit: str) -> dict[str, str]:
    """Code and name of every district that is not this one."""
    return {code: name for code, name in fixture.DISTRICTS.items() if code != unit}


def foreign(app: AppTest, unit: str) -> set[str]:
    text = "\n".join(sent(app._tree))
    return {code for code, name in others(unit).items() if name in text or re.search(rf"\b{code}", text)}


@pytest.mark.parametrize("name", [name for name, marks in table(PAGES).items() if marks["office_head"]])
def test_who_answers_for_a_unit_is_sent_nothing_of_another_whoever_was_here_before(
    claims: dict[str, Any], name: str
) -> None:
    """First somebody who sees everything, then one office, then the other: in one process, one after the other."""
    for view in views(name):
        query: Mapping[str, str] = {"view": view} if view else {}
        claims["name"] = "discipline"
        if view == "":
            opened(name, **query)
        for head, unit in HEADS.items():
            claims["name"] = head
            assert foreign(opened(name, **query), unit) == set(), (name, view, head)


@pytest.mark.parametrize("name", ["overview", "trends", "portraits", "explore"])
def test_an_address_that_names_another_unit_shows_ones_own(claims: dict[str, Any], name: str) -> None:
    """The address that was asked for goes along in links: what is looked for is the other's name."""
    claims["name"] = "head_a"
    other = HEADS["head_b"]
    app = opened(name, unit=other, where=f"unit_id:eq:{other}")
    text = "\n".join(sent(app._tree))
    assert fixture.DISTRICTS[other] not in text and f">{other}<" not in text
    said = SAY("shared.unit_elsewhere", unit=fixture.DISTRICTS[HEADS["head_a"]])
    if name in ("overview", "trends"):  # the fixture has no portraits, and questions no picker of a unit
        assert said in demo_site.shown(app), "whose figures these are"
    assert said not in demo_site.shown(opened(name, unit=HEADS["head_a"]))


def test_the_same_spy_sees_other_units_where_they_may_be_seen(claims: dict[str, Any]) -> None:
    claims["name"] = "discipline"
    assert foreign(opened("overview"), HEADS["head_a"]) == set(others(HEADS["head_a"]))


# --- routes -----------------------------------------------------------------------------------------------------------

STRANGERS = {"single": None, "nobody": "", "public": "public", "display": "display"}
"""Who comes to a route: HTTP knows no person. How sign_in.toml says what strangers are; the first without one."""
ROUTES = {
    "x x x x": (
        "/healthz", "/readyz", "/metrics", "/wall", "/wall/shell", "/wall/worker.js", "/wall/state", "/wall/health",
        "/wall/health.json", "/{above:path}/{name}",
    ),
    "x . x x": (
        "/g", "/g/office/{unit}", "/g/office/{unit}/poster", "/g/office/{unit}/code.{kind}", "/g/{service}",
        "/g/{service}/poster", "/g/{service}/code.{kind}", "/window", "/kiosk", "/kiosk/guide/{service}",
        "/window/kiosk-{version}.js",
        "/window/notice", "/window/notice.schema", "/window/notice.{kind}", "/window/standard", "/kiosk/notice",
        "/kiosk/standard", "/window/place", "/kiosk/place", "/window/rate", "/window/say", "/window/follow",
        "/window/{what}/code.{kind}", "/kiosk/rate", "/kiosk/say", "/window/progress", "/kiosk/progress",
        "/g/{rest:path}", "/kiosk/{rest:path}", "/window/{rest:path}",
    ),
}  # fmt: skip
"""Which routes answer whom, in the order of STRANGERS: what says how the service is and the wall's empty shell, which
nginx keeps to the house, and the public window."""
FORMS = ("place", "progress", "rate", "say")
"""What is sent to the window: by the public and the single user; a display sends nothing that is taken."""


def test_every_route_stands_in_the_table() -> None:
    answered = {route.path for route in server.ROUTES} | {polling.PATH}
    assert answered == {path for paths in ROUTES.values() for path in paths}


@pytest.mark.parametrize("who", STRANGERS)
def test_a_route_answers_those_it_is_for_and_shows_no_unit_to_others(
    who: str,
    published: Path,
    ledger: Ledger,
    reads: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
    monkeypatch.setenv(ADDRESS_VARIABLE, ledger.engine.url.render_as_string(hide_password=False))
    if (anonymous := STRANGERS[who]) is None:
        monkeypatch.delenv(signing_in.FILE_VARIABLE, raising=False)
        monkeypatch.setattr(signing_in, "DEFAULT_FILE", tmp_path / "none.toml")
    else:
        said = f'anonymous = "{anonymous}"\n' if anonymous else ""
        (tmp_path / "sign_in.toml").write_text(f'mode = "proxy"\n{said}', encoding="utf-8")
        monkeypatch.setenv(signing_in.FILE_VARIABLE, str(tmp_path / "sign_in.toml"))
    client = Client(server.ROUTES)
    client.app = polling.Polls(client.app)
    for marks, paths in ROUTES.items():
        is_for = marks.split()[list(STRANGERS).index(who)] == "x"
        for path in paths:
            reads.clear()
            address = re.sub(r"{\w+(:path)?}", "nothing", path)
            answer = client.get(address, x_remote_user="chief", x_proxy_secret="s" * 64)
            is_closed = answer.status_code == 403 and "尚未开放" in answer.text
            assert is_closed is (not is_for), (who, path, answer.status_code)
            if not is_for:
                assert reads == [], (who, path)
    for name in FORMS:
        status = client.post(f"/window/{name}", {}).status_code
        assert status == 403 if who == "nobody" else status >= 400, (who, name, status)
