"""The guides of the public window: what is declared, what a phone is shown, where the codes lead."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import segno

from model import warehouse
from model.contract import TABLES
from model.indicators import DeclarationError
from model.process import processes
from pages.parts import server, theme
from pages.parts.window import gates, render, services, setup
from tests import warehouse_fixture as fixture
from tests.asgi_client import Client

SERVICES = list(services.guides().services)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path))
    for variable in (services.FILE_VARIABLE, setup.FILE_VARIABLE, gates.FILE_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    setup._last_good.clear()
    fixture.publish(tmp_path)
    yield Client(server.ROUTES)


def visible(page: str) -> str:
    """What a person reads of a page."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", body)


# --- what is declared -------------------------------------------------------------------------------------------------


def test_every_application_type_and_complaint_has_a_guide() -> None:
    types = TABLES["licence_application"].columns["application_type"].info["codes"]
    assert set(SERVICES) == {*types, "complaint"} - {"other"}


def test_the_limits_of_a_guide_are_those_that_the_work_is_measured_against() -> None:
    steps = {(one.id, step.id): step for one in processes().items for step in one.steps}
    for service in services.guides().services.values():
        for stage in service.stages:
            step = steps[service.process, stage.id]
            if step.limit and step.limit.isdigit():
                assert stage.days == int(step.limit)
            assert (stage.basis is not None) == step.has_limit
    new = services.guides().services["new"]
    assert (new.whole.days, new.whole.promised) == (20, 8)


def test_each_statement_has_its_source_and_local_ones_say_so() -> None:
    said = [
        one
        for service in services.guides().services.values()
        for one in (*service.conditions, *service.materials, *service.notes)
    ]
    assert any(one.source.is_local for one in said) and any(not one.source.is_local for one in said)
    assert all(one.source.name.zh and one.source.name.en for one in said)


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ('source = "regulation_9"', 'source = "hearsay"', "'hearsay' is not declared"),
        ("[service.closure]", "[service.disappearance]", "neither an application type"),
        ('id = "identity"', 'id = "passport"', "'passport' is not declared"),
        ("promised = 8", "promised = 21", "beyond the statutory 20"),
        ('"acceptance", "verification"', '"acceptance", "guessing"', "'guessing' is no step of licence"),
        ('common = ["once", "two"', 'common = ["never", "two"', "'never' is not declared"),
        ("promised = 8", 'promised = "eight"', "days]: whole numbers are needed, not 20 and 'eight'"),
        ("promised = 8", "promised = true", "days]: whole numbers are needed"),
        ('common = ["once", "two"', 'common = [["once"], "two"', "[service.new]: is not as in the file"),
    ],
)
def test_a_guide_that_cannot_be_used_is_refused_with_file_and_key(
    tmp_path: Path, find: str, put: str, said: str
) -> None:
    path = tmp_path / "own.toml"
    text = services.DEFAULT_FILE.read_text(encoding="utf-8")
    assert find in text
    path.write_text(text.replace(find, put, 1), encoding="utf-8")
    with pytest.raises(DeclarationError, match=re.escape("own.toml")) as error:
        services.load(path)
    assert said in str(error.value)


def test_a_spoilt_setup_leaves_the_last_good_one_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "window.toml"
    monkeypatch.setenv(setup.FILE_VARIABLE, str(path))
    setup._last_good.clear()
    setup._tell_once.cache_clear()
    with pytest.raises(DeclarationError, match=r"window\.toml"):
        setup.setup()
    text = setup.DEFAULT_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace('hotline = "12313"', 'hotline = "12345"'), encoding="utf-8")
    assert setup.setup().hotline == "12345"
    path.write_text(text.replace('address = ""', 'address = "ftp://x"') + "\n# longer", encoding="utf-8")
    with pytest.raises(DeclarationError, match="address"):
        setup.load(path)
    assert setup.setup().hotline == setup.setup().hotline == "12345"
    assert caplog.text.count("window.toml: address: an address such as") == 1, "told, and told once"


@pytest.mark.parametrize(
    ("put", "said"),
    [
        ("unit = 990101", "unit: a text is needed"), ("office = 5", "office: a table is needed"),
        ('[office."990101-S01"]\ntelefone = "1"', "office.990101-S01: a table of hours, place, telephone is needed"),
    ],
)  # fmt: skip
def test_a_unit_or_counter_that_would_be_passed_over_is_refused(tmp_path: Path, put: str, said: str) -> None:
    """Passed over, what people say would go to another unit, and an office be shown with the bureau's telephone."""
    path, text = tmp_path / "window.toml", setup.DEFAULT_FILE.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{put}" if put.startswith("[") else f"{put}\n{text}", encoding="utf-8")
    with pytest.raises(DeclarationError, match=re.escape(said)):
        setup.load(path)


@pytest.mark.parametrize("module", [services, gates, setup])
def test_settings_that_cannot_be_used_are_told_at_the_start_and_to_the_log(
    client: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    module: Any,
) -> None:
    path = tmp_path / "spoilt.toml"
    path.write_text("colour = 1", encoding="utf-8")
    monkeypatch.setenv(module.FILE_VARIABLE, str(path))

    async def start() -> None:
        async with server.started(None):
            pass

    anyio.run(start)
    assert "spoilt.toml: " in caplog.text
    caplog.clear()
    shown = client.get("/window/notice")
    assert (shown.status_code, "spoilt.toml: " in caplog.text) == (503, True)
    assert "热线" in shown.text and "hotline" in shown.text and "spoilt" not in shown.text


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("path", ["/g", "/kiosk/guide"])
def test_a_guide_says_all_of_it_in_either_language(client: Client, path: str, name: str) -> None:
    service = services.guides().services[name]
    for language in ("zh", "en"):
        page = client.get(f"{path}/{name}?lang={language}")
        assert page.status_code == 200
        said = visible(page.text)
        texts = [service.name, service.who, service.what, service.result, services.guides().fee.text]
        texts += [one.text for one in (*service.conditions, *service.materials, *service.notes)]
        for text in texts:
            assert (text.zh if language == "zh" else text.en).replace("'", "&#39;") in said, text
        if language == "en":
            assert not CHINESE.search(said.replace("中文", ""))
        assert page.text.count('type="checkbox"') == len(service.materials)
        assert "12313" in said


def test_a_page_asks_nobody_else_and_runs_no_script_on_a_phone(client: Client) -> None:
    page = client.get("/g/new")
    assert "<script" not in page.text
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "'unsafe-inline'" not in policy
    assert page.headers["cache-control"] == "public, max-age=300"
    assert client.get("/kiosk").headers["cache-control"] == "no-store"
    script = re.search(r'src="(/window/kiosk-\w+\.js)"', client.get("/kiosk").text)
    assert script and client.get(script[1]).status_code == 200
    assert client.get("/window/kiosk-000.js").status_code == 404


@pytest.mark.parametrize(
    "address", ["/g/nothing", "/g/<b>x", "/g/office/4201", "/g/office/x", "/g/new/code.exe"]
)
def test_an_address_that_leads_nowhere_says_so(client: Client, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 404
    assert "没有这个页面" in page.text and "<b>x" not in page.text
    assert "There is no such page" in client.get(f"{address}?lang=en").text


def test_guides_stand_without_any_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path / "nothing"))
    for path in ("/g", "/g/new", "/kiosk", "/g/new/poster"):
        assert Client(server.ROUTES).get(path).status_code == 200


# --- codes ------------------------------------------------------------------------------------------------------------


def png(address: str) -> bytes:
    target = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        target, kind="png", scale=12, border=4, dark=theme.INK, light=theme.PANEL
    )
    return target.getvalue()


def test_a_code_leads_to_the_guide_of_its_service_and_office(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = "420106-S01"
    path = tmp_path / "window.toml"
    text = setup.DEFAULT_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace('address = ""', 'address = "https://window.example.cn/"'), encoding="utf-8")
    monkeypatch.setenv(setup.FILE_VARIABLE, str(path))
    found = client.get_bytes("/g/new/code.png?office=" + office)
    assert found == png(f"https://window.example.cn/g/new?office={office}")
    assert client.get_bytes(f"/g/office/{office}/code.png") == png(
        f"https://window.example.cn/g/office/{office}"
    )
    assert client.get_bytes("/g/renewal/code.png?office=nowhere") == png(
        "https://window.example.cn/g/renewal"
    )
    assert client.get("/g/new/code.svg").text.startswith("<svg")


def test_a_poster_names_service_and_office_and_holds_the_code(client: Client) -> None:
    page = client.get("/g/new/poster?office=420106-S01&lang=en").text
    assert "New retail licence" in page and fixture.OFFICES[0] in page
    assert 'src="/g/new/code.svg?office=420106-S01"' in page
    own = client.get("/g/office/420106-S01/poster").text
    assert 'src="/g/office/420106-S01/code.svg"' in own and "扫码看本所全部事项" in own


def test_an_office_is_on_the_list_and_a_bureau_is_not(client: Client) -> None:
    page = client.get("/g").text
    assert "/g/office/420106-S01" in page and "/g/office/420106" + '"' not in page


def test_packed_answers_say_the_same(client: Client) -> None:
    plain, packed = client.get_bytes("/g/new"), client.get_bytes("/g/new", accept="gzip")
    assert gzip.decompress(packed) == plain
    assert len(packed) < 8_000, "a guide is to open on a slow line"
    assert render.style() in plain.decode()
