"""The public window on a loaded bureau: what is public and nothing else, and every abuse refused and counted."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
from ledger_fixture import Databases, databases
from sqlalchemy import select, text

from etl.demo.applications import CHECK_KEY, checks
from ledger import storage
from ledger.schema import Base, Entry, Matter, Rating
from ledger.window import codes
from model import answers, policy, vault, warehouse
from model.policy import Actor, RefusedError
from pages.parts import server
from pages.parts.reads import screen
from pages.parts.reads import window as reads
from pages.parts.wall import publicity, site
from pages.parts.wall.board import Board
from pages.parts.window import (
    card,
    limits,
    notice,
    place,
    progress,
    refusals,
    routes,
    setup,
    standard,
    visitor,
)
from pages.parts.words import Words
from tests import demo_site
from tests.asgi_client import Answer, Client

__all__ = ["databases"]
PUBLIC = Actor("anonymous", "public")
OFFICE = "990101-S01"
WRONG = {"zh": "没有查到", "en": "Not found"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_site.load(tmp_path_factory.mktemp("window"))


@pytest.fixture
def client(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The window over the bureau, with a ledger of its own and keys."""
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(loaded))
    monkeypatch.setenv(vault.CHECK_KEY_VARIABLE, CHECK_KEY.hex())
    monkeypatch.setenv(vault.PUBLIC_KEY_VARIABLE, vault.new_key_pair()[1])
    limits.LIMITER.forget()
    yield from _with_ledger(Databases("sqlite", tmp_path), monkeypatch)


def _with_ledger(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    found = databases.new()
    monkeypatch.setenv(storage.ADDRESS_VARIABLE, found.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv(storage.ANCHOR_VARIABLE, str(found.anchor))
    yield Client(server.ROUTES)
    visitor.ledger().close()
    found.close()


@pytest.fixture
def writing(client: Client, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The same with a ledger on either database, for what is written."""
    yield from _with_ledger(databases, monkeypatch)


def record(loaded: Path, query: str) -> list[Any]:
    with warehouse.open_snapshot(loaded).engine("full").connect() as connection:
        return list(connection.execute(text(query)).mappings())


def refused(answer: Answer, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text[-600:]
    assert words in answer.text and "no-store" in answer.headers["cache-control"]


# --- three gates ------------------------------------------------------------------------------------------------------


def test_the_feed_is_what_its_schema_says_and_the_csv_says_the_same(client: Client) -> None:
    told = client.get("/window/notice.json").json()
    jsonschema.validate(told, client.get("/window/notice.schema").json())
    assert len(told["decisions"]) > 100
    rows = list(csv.DictReader(io.StringIO(client.get("/window/notice.csv").body.decode("utf-8-sig"))))
    assert [{name: value or None for name, value in row.items()} for row in rows] == told["decisions"]
    tag = client.get("/window/notice.json").headers["etag"]
    assert client.get("/window/notice.json", if_none_match=tag).status_code == 304


def test_the_feed_holds_the_published_decisions_of_the_records_and_no_number_of_them(
    client: Client, loaded: Path
) -> None:
    told = client.get("/window/notice.json").json()["decisions"]
    held = record(
        loaded,
        "SELECT count(*) AS n FROM record.licence_application WHERE result = 'granted' AND published_at::DATE >"
        f" current_date - INTERVAL {policy.screen.PUBLISHED_MONTHS} MONTH",
    )
    assert sum(one["decision_kind"] == "licence" for one in told) == held[0]["n"]
    whole = client.get("/window/notice.json").text + client.get("/window/notice").text
    numbers = [row["no"] for row in record(
        loaded, "SELECT application_no AS no FROM record.licence_application UNION ALL SELECT case_no FROM"
        " record.enforcement_case UNION ALL SELECT licence_no FROM record.licence",
    )]  # fmt: skip
    assert len(numbers) > 500 and not [one for one in numbers if one in whole]


def test_of_a_withdrawn_decision_only_the_withdrawal_is_left(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen surface holds no more of it (test_screen_publication); feed and page tell it as it stands there."""
    withdrawn = {
        "publication_id": "0123456789abcdef",
        "decision_kind": "licence",
        "state": "withdrawn",
        "withdraw_by": date(2026, 11, 3),
    }
    real = notice.listed

    def one_withdrawn(*given: Any) -> list[dict[str, Any]]:
        first, *others = real(*given)
        return [dict.fromkeys(first) | withdrawn, *others]

    monkeypatch.setattr(notice, "listed", one_withdrawn)
    feed = client.get("/window/notice.json").json()
    jsonschema.validate(feed, client.get("/window/notice.schema").json())
    told, *others = feed["decisions"]
    assert {name: value for name, value in told.items() if value} == withdrawn | {"withdraw_by": "2026-11-03"}
    assert others and all(one["matter"] and one["unit_id"] and one["published_on"] for one in others)
    page = client.get("/window/notice?lang=en").text
    assert "0123456789abcdef" in page.partition('id="withdrawn"')[2]


def test_the_list_turns_pages_and_takes_no_nonsense(client: Client) -> None:
    first, second = (
        client.get("/window/notice?kind=licence"),
        client.get("/window/notice?kind=licence&from=20"),
    )
    entries = [re.findall(r"<li><strong>.*?</li>", one.text, re.DOTALL) for one in (first, second)]
    assert [len(one) for one in entries] == [notice.PAGE, notice.PAGE] and entries[0] != entries[1]
    for asked in ("from=-1", "from=99999999999", "from=1%27%3B--", "kind=%3Cscript%3E", "unit=nowhere"):
        answer = client.get(f"/window/notice?{asked}")
        assert answer.status_code == 200 and "<script>" not in answer.text


def test_the_hall_screen_counts_published_decisions_and_leads_to_the_guides(
    client: Client, loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = client.get("/window/notice.json").json()["decisions"]
    board = Board(
        warehouse.open_snapshot(loaded),
        site.site("hall"),
        ("operation",),
        Words("zh"),
        "16x9",
        date(2026, 11, 22),
    )
    drawn = publicity.panel(board, 507)
    assert f"<dd>{sum(one['state'] == 'published' for one in told):,}</dd>" in drawn
    assert "<svg" not in drawn, "an address that nobody can reach is worth no code"
    own = tmp_path / "window.toml"
    text = setup.DEFAULT_FILE.read_text(encoding="utf-8")
    own.write_text(text.replace('address = ""', 'address = "https://window.example.cn"'), encoding="utf-8")
    monkeypatch.setenv(setup.FILE_VARIABLE, str(own))
    assert "<svg" in publicity.panel(board, 507)


def test_a_unit_of_the_setup_that_the_data_do_not_know_is_told_once(
    loaded: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Matters of the whole bureau would go to another unit than was meant, and nobody would know why."""
    snapshot = warehouse.open_snapshot(loaded)
    head = reads.root(snapshot)
    assert reads.root(snapshot, OFFICE) == OFFICE and not caplog.text
    assert reads.root(snapshot, "990107") == reads.root(snapshot, "990107") == head
    assert (
        caplog.text.count(f"window.toml: unit: 990107 is no unit of the published data; {head} is shown") == 1
    )


def test_the_standards_stand_with_how_they_are_kept(client: Client) -> None:
    for language, words in (
        ("zh", ("受理", "5个工作日内", "按时", "一般用时")),
        ("en", ("Acceptance", "within 5 working days", "in time", "typically")),
    ):
        page = client.get(f"/window/standard?lang={language}").text
        assert all(word in page for word in words)
        assert not re.search(r"\d\.0 (日|个|day|working)", page), "a whole number of days has no decimals"
        first = page.index("<ol"), page.index("</ol>")
        assert ("个工作日" if language == "zh" else "working day") in re.sub(
            r"<span class=.limit.>.*?</span>", "", page[slice(*first)], flags=re.S
        ), "time used is told in the days of its limit"


def test_where_the_working_calendar_ends_is_told_in_the_language_asked_for(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = warehouse.open_snapshot(warehouse.default_directory())
    notice = {
        "about": "working_calendar",
        "until": "2026-12-31",
        "zh": "工作日历止于何日",
        "en": "where it ends",
    }
    monkeypatch.setitem(snapshot.manifest, "notices", [notice])
    monkeypatch.setattr(standard, "current", lambda: snapshot)
    for language in ("zh", "en"):
        assert notice[language] in client.get(f"/window/standard?lang={language}").text


def test_a_number_older_than_a_year_is_no_news(client: Client) -> None:
    page = client.get("/window/standard?lang=zh").text
    table = page[page.index("<table") :]
    told = [(int(year), int(month)) for year, month in re.findall(r"(\d{4})年(\d{1,2})月", table)]
    newest = max(told)
    assert all((newest[0] - year) * 12 + newest[1] - month < 12 for year, month in told)


def test_a_month_in_progress_is_no_value_yet(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = warehouse.open_snapshot(warehouse.default_directory())
    rows = [
        ("L1", pd.Timestamp(month), value, "value")
        for month, value in (("2026-10-01", 0.98), ("2026-11-01", 0.5))
    ]
    trend = pd.DataFrame(rows, columns=["indicator_id", "month", "value", "state"])
    known = screen.indicators(snapshot) | {"L1": ("value", datetime(2026, 11, 18))}
    monkeypatch.setattr(screen, "trend", lambda *_: trend)
    monkeypatch.setattr(screen, "indicators", lambda _: known)
    page = client.get("/window/standard?lang=zh").text
    assert "98.0%" in page and "2026年10月" in page and "50.0%" not in page


# --- one's own application --------------------------------------------------------------------------------------------


def own(loaded: Path, condition: str = "true") -> tuple[str, str, Any]:
    """An application with the last four characters of its applicant."""
    (row,) = record(
        loaded, f"SELECT * FROM record.licence_application WHERE {condition} ORDER BY application_no LIMIT 1"
    )
    return row["application_no"], f"{checks().index(row['applicant_check_hash']):04d}", row


def test_who_knows_number_and_document_sees_the_step_and_nothing_else(client: Client, loaded: Path) -> None:
    number, last_four, row = own(loaded, "result = 'granted' AND delivered_at IS NOT NULL")
    page = client.post("/window/progress", {"number": number.lower(), "last_four": last_four})
    assert page.status_code == 200 and "已办结并送达" in page.text
    hidden = (
        "application_no",
        "unit_id",
        "cell_id",
        "retailer_id",
        "licence_no",
        "first_verifier_id",
        "decider_id",
    )
    assert not [name for name in hidden if row[name] and str(row[name]) in page.text]
    assert last_four not in page.text.replace(row["submitted_at"].strftime("%Y"), "")
    english = client.post("/kiosk/progress?lang=en", {"number": number, "last_four": last_four})
    assert "Done and delivered" in english.text


def test_a_queued_application_says_how_many_stand_before_it(client: Client, loaded: Path) -> None:
    number, last_four, row = own(
        loaded, "queue_no IS NOT NULL AND decided_at IS NULL AND accepted_at IS NULL"
    )
    (before,) = record(
        loaded, "SELECT count(*) AS n FROM record.licence_application WHERE decided_at IS NULL AND"
        f" cell_id = '{row['cell_id']}' AND queue_no < {row['queue_no']}",
    )  # fmt: skip
    page = client.post("/window/progress", {"number": number, "last_four": last_four}).text
    assert f"前面还有{before['n']}位" in page


def test_a_wrong_number_and_a_wrong_document_are_answered_alike(client: Client, loaded: Path) -> None:
    number, last_four, _ = own(loaded)
    wrong = f"{(int(last_four) + 1) % 10_000:04d}"
    pages = [
        client.post("/window/progress?lang=en", {"number": one, "last_four": four})
        for one, four in ((number, wrong), ("XK999999999", last_four))
    ]
    assert pages[0].body == pages[1].body and pages[0].status_code == 404
    assert WRONG["en"] in pages[0].text


def test_enumeration_ends_after_a_few_tries_from_any_address(client: Client, loaded: Path) -> None:
    number, last_four, _ = own(loaded)
    tries = [f"{four:04d}" for four in range(30) if f"{four:04d}" != last_four]
    answers_ = []
    for index, four in enumerate(tries):
        other = Client(server.ROUTES, address=f"192.0.2.{index + 10}")
        answers_.append(other.post("/window/progress", {"number": number, "last_four": four}).status_code)
    assert answers_[:5] == [404] * 5 and set(answers_[5:]) == {429}
    right = client.post("/window/progress", {"number": number, "last_four": last_four})
    refused(right, 429, "过于频繁")
    assert refusals_counted()["too_often"] >= 20


def test_one_address_may_ask_only_so_often(client: Client) -> None:
    statuses = [
        client.post("/window/progress", {"number": f"XK{number:09d}", "last_four": "1234"}).status_code
        for number in range(50)
    ]
    assert statuses.count(404) == 40 and statuses[40:] == [429] * 10
    other = Client(server.ROUTES, address="198.51.100.7")
    assert other.post("/window/progress", {"number": "XK000000001", "last_four": "1234"}).status_code == 404


def test_the_public_may_not_be_answered_where_the_role_may_not(loaded: Path) -> None:
    snapshot = warehouse.open_snapshot(loaded)
    for role in ("display", "field_staff", "manager", "administrator"):
        with pytest.raises(RefusedError):
            answers.progress(snapshot, Actor("x", role), "XK000000001", "0000", CHECK_KEY)
        with pytest.raises(RefusedError):
            answers.nearest(snapshot, Actor("x", role), 100.5, 40.2)
    assert policy.surfaces(PUBLIC) == {"screen"}


def test_without_a_key_the_look_up_is_not_offered(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(vault.CHECK_KEY_VARIABLE)
    page = client.get("/window/progress")
    assert "尚未开通" in page.text and "<form" not in page.text
    assert client.post("/window/progress", {"number": "XK000000001", "last_four": "1234"}).status_code == 503


# --- pre-check --------------------------------------------------------------------------------------------------------


def test_a_place_is_judged_by_its_cell_and_by_what_lies_near(client: Client, loaded: Path) -> None:
    (cell,) = record(
        loaded, "SELECT c.*, r.longitude AS east, r.latitude AS north FROM mart.cell c JOIN record.retailer r"
        " USING (cell_id) WHERE r.state = 'active' AND r.longitude IS NOT NULL AND c.required_spacing_metres >= 30"
        " ORDER BY c.cell_id, r.retailer_id LIMIT 1",
    )  # fmt: skip
    there = {"cell": cell["cell_id"], "longitude": f"{cell['east']:.6f}", "latitude": f"{cell['north']:.6f}"}
    page = client.post("/window/place", there).text
    assert f"最近零售点约0米，不足{cell['required_spacing_metres']}米" in page
    assert "仅供参考" in page and "2024-1" in page
    away = there | {"longitude": "110.000000", "latitude": "30.000000"}
    assert "零售点间距满足" in client.post("/window/place", away).text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pre_check_without_cells_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    say = Words(language).say  # type: ignore[arg-type]
    address = f"/window/place?lang={language}"
    assert say("window.choose_office") in client.get(address).text
    monkeypatch.setattr(place, "_cells", lambda snapshot: [])
    shown = client.get(address).text
    assert say("window.place_none") in shown and say("window.choose_office") not in shown


@pytest.mark.parametrize(
    ("cell", "near", "said"),
    [
        ({"is_restricted": True}, None, ["restricted"]),
        ({"is_saturated": True}, None, ["saturated"]),
        ({"capacity": None}, None, ["capacity_unknown"]),
        ({}, answers.Nearest(20, 40, True), ["open", "outlet_close", "school_close"]),
        ({}, answers.Nearest(30, 50, True), ["open", "outlet_well", "school_well"]),
        ({}, answers.Nearest(60, None, False), ["open", "outlet_far", "school_far", "incomplete"]),
        ({"required_spacing_metres": None}, answers.Nearest(0, None, True), ["open", "school_far"]),
    ],
)
def test_findings_of_a_place(cell: dict[str, Any], near: answers.Nearest | None, said: list[str]) -> None:
    plain = {"is_restricted": False, "is_saturated": False, "capacity": 9, "required_spacing_metres": 30}
    assert [one.key for one in place.findings(plain | cell, near)] == said


def test_the_nearest_outlet_is_the_nearest_by_the_contracts_formula(loaded: Path) -> None:
    east, north = 100.5203, 40.2045
    (row,) = record(
        loaded, "SELECT min(12742000 * asin(sqrt(power(sin(radians(latitude - 40.2045) / 2), 2) + cos(radians(40.2045))"
        " * cos(radians(latitude)) * power(sin(radians(longitude - 100.5203) / 2), 2)))) AS metres"
        " FROM record.retailer WHERE state = 'active'",
    )  # fmt: skip
    found = answers.nearest(warehouse.open_snapshot(loaded), PUBLIC, east, north)
    exact = row["metres"]
    assert found.outlet_metres == (int(exact // 10 * 10) if exact <= 500 else None)


# --- rating and speaking up -------------------------------------------------------------------------------------------


def issued() -> str:
    with visitor.ledger().write(Actor("os:test", "administrator")) as recorder:
        return codes.issue(recorder, visitor.hash_key(), OFFICE, 1)[0]


def held(model: Any) -> list[Any]:
    with visitor.ledger().read() as session:
        return list(session.scalars(select(model)))


def refusals_counted() -> dict[str, int]:
    return dict(refusals.REFUSALS._waiting)


@pytest.fixture(autouse=True)
def one_counter(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Each module took the counter by name; all of them count in the one of this test."""
    counter = refusals.Refusals(every_seconds=3600)
    for module in (refusals, progress, routes, card):
        monkeypatch.setattr(module, "REFUSALS", counter)


def test_a_visit_is_rated_and_a_replayed_code_refused(writing: Client) -> None:
    code = issued()
    given = {"code": code, "rating": "satisfied", "integrity_rating": "5"}
    assert "谢谢您的评价" in writing.post("/window/rate", given).text
    refused(writing.post("/window/rate", given), 404, "已使用")
    refused(writing.post("/window/rate?lang=en", given | {"code": "AAAA-BBBB-CCCC"}), 404, "rated once")
    assert [(one.rating, one.integrity_rating, one.unit_id) for one in held(Rating)] == [
        ("satisfied", 5, OFFICE)
    ]
    assert refusals_counted() == {"code": 2}
    refusals.REFUSALS.write()
    (entry,) = [one for one in held(Entry) if one.action == "refuse"]
    assert json.loads(entry.content)["counts"] == {"code": 2}


SAID = {
    "category": "complaint", "text": "窗口办事拖延，跑了三趟 <script>alert(1)</script>", "unit": OFFICE,
    "conduct_code": "shirking_or_delay", "name": "欧阳暗访", "phone": "13900001111", "target_person": "张某某",
}  # fmt: skip


def test_what_is_said_is_kept_sealed_followed_by_its_receipt_and_never_logged(
    writing: Client, databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    page = writing.post("/window/say", SAID)
    receipt = re.search(r'class="receipt">([0-9A-Z-]+)<', page.text)
    assert receipt and "内容已密封" in page.text
    visitor.ledger().engine.dispose()
    stored = b"".join(path.read_bytes() for path in databases.folder.iterdir())
    with visitor.ledger().read() as session:
        for table in Base.metadata.sorted_tables:
            stored += repr(session.execute(select(table)).all()).encode()
    for secret in ("欧阳暗访", "13900001111", "张某某", "跑了三趟", receipt[1], codes.plain(receipt[1])):
        assert secret.encode() not in stored and secret not in caplog.text
    (matter,) = held(Matter)
    assert (matter.unit_id, matter.target_unit_id) != (OFFICE, None) and matter.is_sealed
    assert "等待受理" in writing.post("/window/follow", {"receipt": receipt[1].lower()}).text
    refused(writing.post("/window/follow", {"receipt": "AAAA-AAAA-AAAA-AAAA"}), 404, "没有这个受理编号")


def test_without_a_key_no_name_is_asked_for_nor_kept(
    writing: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(vault.PUBLIC_KEY_VARIABLE)
    form = writing.get("/window/say").text
    assert 'name="name"' not in form and "尚未配置加密公钥" in form
    assert "姓名和电话未保存" in writing.post("/window/say", SAID).text
    (matter,) = held(Matter)
    assert "欧阳暗访" not in matter.content.decode() and matter.is_anonymous


def test_what_was_written_stays_in_the_form_where_something_was_wrong_and_runs_nothing(
    client: Client,
) -> None:
    page = client.post("/window/say", SAID | {"category": "rumour"})
    refused(page, 400, "无法识别")
    assert "跑了三趟 &lt;script&gt;" in page.text and "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("path", "fields", "status", "code"),
    [
        ("/window/progress", {"number": "X' OR 1=1 --", "last_four": "1234"}, 400, "lookup_malformed"),
        ("/window/progress", {"number": "XK000000001", "last_four": "12%4"}, 400, "lookup_malformed"),
        ("/window/progress", {"number": "9" * 41, "last_four": "1234"}, 413, "oversized"),
        ("/window/progress", {"number": "XK\x00", "last_four": "1234"}, 400, "malformed"),
        ("/window/progress", {"number": "x" * 20_000, "last_four": "1234"}, 413, "oversized"),
        ("/kiosk/place", {"cell": "'; DROP TABLE x; --"}, 400, "unknown_cell"),
        ("/window/place", {"cell": "990101-S01-G001", "longitude": "1e3", "latitude": "40"}, 400, "position"),
        ("/window/place", {"cell": "990101-S01-G001", "longitude": "nan", "latitude": "nan"}, 400, "position"),
        ("/window/rate", {"code": "<script>", "rating": "satisfied"}, 404, "code"),
        ("/window/rate", {"code": "ABCD-EFGH-JKLM", "rating": "superb"}, 400, "rating_missing"),
        ("/window/rate", {"code": "ABCD-EFGH-JKLM", "rating": "satisfied", "attitude_rating": "9"}, 400, "malformed"),
        ("/window/say", SAID | {"text": "短"}, 400, "text_missing"),
        ("/window/say", SAID | {"text": "长" * 4001}, 413, "oversized"),
        ("/window/say", SAID | {"unit": "990101"}, 400, "malformed"),
        ("/window/say", SAID | {"website": "http://spam"}, 400, "malformed"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_a_clear_word_in_either_language_and_counted(
    client: Client, path: str, fields: dict[str, str], status: int, code: str
) -> None:
    for language in ("zh", "en"):
        page = client.post(f"{path}?lang={language}", fields)
        refused(
            page, status, Words(language).say(f"window.refused_{code}").split("{")[0].replace("'", "&#39;")
        )  # type: ignore[arg-type]
    assert refusals_counted() == {code: 2}
    assert held(Matter) == [] and held(Rating) == []


def test_a_form_is_taken_apart_only_as_far_as_its_words_may_go(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    padding = "x" * 70_000
    refused(client.post("/window/say", SAID | {"padding": padding}), 413, "过长")
    part = f'--b\r\nContent-Disposition: form-data; name="padding"\r\n\r\n{padding}x\r\n--b--\r\n'.encode()
    kind = {"content_type": "multipart/form-data; boundary=b"}
    refused(client.ask("POST", "/window/say", part, kind), 400, "无法识别")

    composed: list[int] = []
    whole = unicodedata.normalize
    monkeypatch.setattr(
        unicodedata, "normalize", lambda form, text: composed.append(len(text)) or whole(form, text)
    )
    marks = "这" + "\u0301" * 2500 + "\u0316" * 2500
    refused(client.post("/window/say", SAID | {"text": marks}), 413, "过长")
    assert max(composed) < len(marks), "the time that it takes grows with the square of the marks"


def test_forms_from_elsewhere_and_of_other_kinds_are_refused(client: Client) -> None:
    given = {"number": "XK000000001", "last_four": "1234"}
    refused(client.post("/window/progress", given, origin="https://evil.example"), 403, "本页面")
    refused(client.post("/window/progress", given, origin="http://["), 403, "本页面")
    refused(client.post("/window/progress", given, sec_fetch_site="cross-site"), 403, "本页面")
    refused(client.post("/window/progress", given, content_type="application/json"), 415, "无法识别")
    assert client.post("/window/progress", given, origin="http://test").status_code == 404


def test_a_form_whose_line_breaks_off_is_no_fault_of_the_window(client: Client) -> None:
    headers = {"content_type": "application/x-www-form-urlencoded"}
    refused(client.ask("POST", "/window/say", b"text=half", headers, is_cut=True), 400, "无法识别")


def said_with_files(client: Client, content: bytes, count: int = 1) -> Answer:
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in SAID.items()]  # fmt: skip
    parts += [b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
              b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n"] * count  # fmt: skip
    body = b"".join(parts) + b"--b--\r\n"
    return client.ask("POST", "/window/say", body, {"content_type": "multipart/form-data; boundary=b"})


def test_files_are_judged_by_their_bytes(writing: Client) -> None:
    refused(said_with_files(writing, b"MZ\x90\x00 program"), 400, "附件须为")
    assert "附件请重新选择" in said_with_files(writing, b"MZ\x90\x00 program").text
    refused(said_with_files(writing, b"%PDF-1.7", count=4), 400, "无法识别")
    refused(said_with_files(writing, b"%PDF-1.7" + b"x" * card.FORM_BYTES), 413, "过长")
    assert "内容已密封" in said_with_files(writing, b"%PDF-1.7 proof").text
    assert len(held(Matter)) == 1


def test_a_file_is_never_laid_down_open(writing: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_folder() -> str:
        raise FileNotFoundError("no usable temporary directory")

    monkeypatch.setattr(tempfile, "gettempdir", no_folder)
    monkeypatch.setattr(tempfile, "TemporaryFile", no_folder)
    assert "内容已密封" in said_with_files(writing, b"%PDF-1.7" + b"x" * 4_000_000).text


def test_only_so_many_things_are_said_from_one_address(client: Client) -> None:
    answered = [client.post("/window/say", SAID) for _ in range(8)]
    assert [one.status_code for one in answered] == [200] * 6 + [429] * 2
    refused(answered[-1], 429, "过于频繁")
    assert "跑了三趟" in answered[-1].text and 'value="欧阳暗访"' in answered[-1].text, (
        "nobody writes it twice"
    )
    assert refusals_counted() == {"too_often": 2}


def test_what_fails_says_so_and_logs_no_word_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(storage.ADDRESS_VARIABLE, "sqlite:////nowhere/at/all.db")
    page = client.post("/window/say", SAID)
    refused(page, 503, "暂时无法办理，尚未收到")
    assert "跑了三趟" in page.text and 'value="欧阳暗访"' in page.text, "nobody writes it twice"
    assert "欧阳暗访" not in caplog.text and "跑了三趟" not in caplog.text
    assert "the window failed at /window/say" in caplog.text


def test_a_key_that_is_none_is_named_in_the_log_and_nothing_is_taken(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(vault.PUBLIC_KEY_VARIABLE, "/etc/keys/public.key")
    refused(client.post("/window/say", SAID), 503, "暂时无法办理")
    assert "INTEGRITY_PUBLIC_KEY: the public key is not 64 hexadecimal characters" in caplog.text
    assert "/etc/keys" not in caplog.text and "欧阳暗访" not in caplog.text


def test_the_window_is_closed_where_the_sign_in_lets_nobody_in(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sign_in.toml"
    monkeypatch.setenv("INTEGRITY_SIGN_IN", str(path))
    path.write_text('mode = "proxy"\n', encoding="utf-8")
    refused(client.get("/window/notice"), 403, "窗口尚未开放")
    path.write_text('mode = "proxy"\nanonymous = "display"\n', encoding="utf-8")
    assert client.get("/window/notice").status_code == 200
    refused(client.post("/window/progress", {"number": "XK000000001", "last_four": "1234"}), 403, "尚未开放")
    refused(client.post("/window/say", SAID), 403, "尚未开放")
    path.write_text('mode = "proxy"\nanonymous = "public" \n', encoding="utf-8")
    assert client.get("/window/notice").status_code == 200
