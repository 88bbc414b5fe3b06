"""The warnings page: filters find what they say, every kind has its picture and evidence, and nobody is named."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from playwright.sync_api import Page, expect

from model import warehouse
from model.judgement.declaration import LEVELS, Kind
from model.policy import Actor
from pages.parts import visitor, warned, warning_list
from pages.parts.controls import ALL
from pages.parts.reads import warnings
from pages.parts.reads.warnings import Seen
from pages.parts.warning_list import Filters
from pages.parts.words import Words
from tests import demo_site as site

ROOT_UNIT, ZH = "99", Words("zh")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site.load(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def snapshot(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> warehouse.Snapshot:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(loaded))
    return warehouse.open_snapshot(loaded)


def standing(snapshot: warehouse.Snapshot) -> list[dict[str, Any]]:
    return list(warning_list.rows_of(warnings.standing(snapshot, ROOT_UNIT)))  # type: ignore[arg-type]


def first_of(snapshot: warehouse.Snapshot, kind: str, **wanted: str) -> dict[str, Any] | None:
    rows = (one for one in standing(snapshot) if one["kind"] == kind)
    return next((one for one in rows if all(one[name] == value for name, value in wanted.items())), None)


def test_a_unit_sees_its_own_warnings_and_those_below_it(snapshot: warehouse.Snapshot) -> None:
    everything = standing(snapshot)
    units = {str(one["unit_id"]) for one in everything}
    for unit_id in units:
        own = warnings.standing(snapshot, unit_id)
        wanted = {one["warning_id"] for one in everything if one["unit_id"] == unit_id}
        assert wanted <= set(own["warning_id"])
    assert len(units) > 1 and len({one["warning_id"] for one in everything}) == len(everything)


def test_filters_take_what_matches_and_the_list_is_in_order(snapshot: warehouse.Snapshot) -> None:
    rows = standing(snapshot)
    assert len(Filters(ALL, ALL, ALL, ALL).take(rows)) == len(rows)
    breaches = Filters("breach", ALL, ALL, ALL).take(rows)
    assert breaches and {one["kind"] for one in breaches} == {"breach"}
    month = warning_list.month_of(rows[0])
    assert {warning_list.month_of(one) for one in Filters(ALL, ALL, ALL, month).take(rows)} == {month}
    blue = Filters(ALL, "blue", ALL, ALL)
    assert {one["level"] for one in blue.take(rows)} == {"blue"}
    assert blue.take(rows, any_level=True) == rows
    ordered = warned.in_order(rows)
    places = [(warned.ORDER[one["level"]], -warned.day(one["period_end"]).toordinal()) for one in ordered]
    assert places == sorted(places) and ordered[0]["level"] == "red"


@pytest.mark.parametrize("words", [ZH, Words("en")], ids=["zh", "en"])
def test_the_list_sorts_by_time_and_by_level_whatever_they_are_called(
    snapshot: warehouse.Snapshot, words: Words
) -> None:
    rows = sorted(standing(snapshot), key=lambda one: warned.period_mark(words, one)["order"])
    ends = [warned.day(one["period_end"]) for one in rows]
    assert ends == sorted(ends) and len(set(ends)) > 2
    assert [warned.level_mark(words, one)["order"] for one in LEVELS] == [0, 1, 2]


def test_every_sentence_ends_with_its_reservation_in_both_languages(snapshot: warehouse.Snapshot) -> None:
    for one in standing(snapshot):
        assert "待核实" in warned.sentence(ZH, one)
        assert "to be verified" in warned.sentence(Words("en"), one)
        assert "nan" not in warned.sentence(ZH, one) + warned.finding(ZH, one)


def test_a_limit_is_called_a_limit_and_the_level_of_its_peers_is_not(snapshot: warehouse.Snapshot) -> None:
    signal = first_of(snapshot, "signal")
    assert signal is not None
    item = warned.item_of(signal)
    assert item is not None
    beyond = signal["threshold"] + (-0.01 if item.direction == "higher" else 0.01)
    for words, limit, peers in ((ZH, "界限", "同类"), (Words("en"), "limit", "peers")):
        said = warned.finding(words, {**signal, "value": beyond})
        assert limit in said and peers not in said
        said = warned.finding(words, {**signal, "value": beyond, "kind": "outlier"})
        assert peers in said and limit not in said


def test_a_record_is_named_only_where_its_number_names_nobody(snapshot: warehouse.Snapshot) -> None:
    assert warnings.is_named("inspection", "JC1") and warnings.is_named("enforcement_case", "AJ1")
    assert not warnings.is_named("staff", "P000001")
    assert not warnings.is_named("unit_role", "990101/secretary")
    assert warnings.record(snapshot, "staff", "P000001") is None
    found = first_of(snapshot, "breach", subject_kind="inspection")
    assert found is not None
    record = warnings.record(snapshot, "inspection", str(found["subject_id"]))
    assert record is not None and record["inspection_no"] == found["subject_id"]
    assert record["file"].startswith("inspection") and record["row_number"] > 0
    assert not {"officer_ids", "drawn_officer_ids"} & set(record)


def test_no_two_records_look_alike_in_the_list_and_no_person_is_named(snapshot: warehouse.Snapshot) -> None:
    rows = [one for one in standing(snapshot) if one["kind"] in ("breach", "revision")]
    named = [one for one in rows if warnings.is_named(one["subject_kind"], one["subject_id"])]
    assert named and len(named) < len(rows)
    for words in (ZH, Words("en")):
        seen = [(one["indicator_id"], warned.period(words, one), warned.finding(words, one)) for one in named]
        assert len(set(seen)) == len(named)
        for one in rows:
            assert (str(one["subject_id"]) in warned.finding(words, one)) is (one in named)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_warning_opens(snapshot: warehouse.Snapshot, kind: str) -> None:
    one = first_of(snapshot, kind)
    if one is None:
        pytest.skip(f"the demo bureau has no {kind}")
    app = site.page_of("alerts", warning=str(one["warning_id"]))
    assert not app.exception
    html = site.shown(app)
    assert warned.sentence(ZH, one) in html.replace("&quot;", '"')
    for key in ("peers", "history", "caveat"):
        assert ZH.say(f"warnings.{key}") in html
    assert ZH.say("shared.failing_title") not in html


def test_a_person_behind_a_breach_is_not_named(snapshot: warehouse.Snapshot) -> None:
    personal = [
        one for one in standing(snapshot) if not warnings.is_named(one["subject_kind"], one["subject_id"])
    ]
    assert personal, "the demo bureau has a breach by a person"
    for one in personal:
        app = site.page_of("alerts", warning=str(one["warning_id"]))
        html = site.shown(app)
        assert ZH.say("warnings.record_hidden") in html
        assert str(one["subject_id"]) not in html


def test_an_unknown_warning_is_told_calmly(snapshot: warehouse.Snapshot) -> None:
    app = site.page_of("alerts", warning="nothing", lang="en")
    assert not app.exception
    assert Words("en").say("warnings.gone") in site.shown(app)


def seen(sequence: int, level: str | None, value: float | None = None) -> Seen:
    return Seen(sequence, datetime(2026, 11, sequence), level, value, 1)


def test_its_history_is_told_from_the_editions_that_are_kept() -> None:
    one = {"withdrawn_on": None, "reason": None}
    told = warned.history(ZH, one, [seen(1, None), seen(2, "blue"), seen(3, "blue"), seen(4, "red")])
    assert [re.findall(r"第 (\d) 版", text)[0] for text in told] == ["2", "4", "4"]
    assert "首次" in told[0] and "→" in told[1]
    earlier = warned.history(ZH, one, [seen(5, "blue"), seen(6, "blue", 0.5)])
    assert "最早一版" in earlier[0] and ZH.say("warnings.history_value") in earlier[1]
    gone = warned.history(
        ZH, one | {"withdrawn_on": date(2026, 11, 5), "reason": "corrected"}, [seen(4, "red")]
    )
    assert "2026-11-05" in gone[-1] and warned.reason_name(ZH, "corrected") in gone[-1]


def test_a_withdrawn_warning_is_listed_with_its_reason_and_its_first_edition_is_found(
    loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = warehouse.open_snapshot(loaded)
    shutil.copytree(loaded, tmp_path / "warehouse")
    newer = tmp_path / "warehouse" / "000002-x"
    shutil.copytree(tmp_path / "warehouse" / first.id, newer)
    manifest = json.loads((newer / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"snapshot": newer.name, "previous": first.id, "sequence": 2}
    (newer / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with warehouse.connect(newer / "full.duckdb") as connection:
        row = connection.execute("SELECT min(warning_id) FROM mart.warning WHERE kind = 'breach'").fetchone()
        assert row is not None
        connection.execute(
            "INSERT INTO mart.warning_withdrawn SELECT *, 'corrected', DATE '2026-11-20' FROM mart.warning"
            " WHERE warning_id = ?",
            [row[0]],
        )
        connection.execute("DELETE FROM mart.warning WHERE warning_id = ?", [row[0]])
    (tmp_path / "warehouse" / "CURRENT").write_text(newer.name, encoding="utf-8")
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path / "warehouse"))
    assert [
        one.level is None for one in warnings.history(warehouse.open_snapshot(tmp_path / "warehouse"), row[0])
    ] == [
        False,
        True,
    ]
    app = site.page_of("alerts", warning=row[0])
    assert not app.exception
    assert warned.reason_name(ZH, "corrected") in site.shown(app)
    listed = site.page_of("alerts", state="withdrawn", unit=ROOT_UNIT)
    assert not listed.exception
    assert listed.selectbox(key="control_state").value == "withdrawn"


@pytest.fixture(scope="module")
def page(loaded: Path) -> Iterator[Page]:
    with site.browsed(loaded) as found:
        yield found


@pytest.mark.browser
def test_a_person_filters_opens_a_warning_and_comes_back(page: Page) -> None:
    site.opened(page, "/alerts?unit=99&kind=breach")
    rows = page.locator("table.warnings tbody tr")
    expect(rows.first).to_be_visible()
    kind = warned.kind_name(ZH, "breach")
    expect(rows.first).to_contain_text(kind)
    rows.first.locator("a.pick").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-panel_why")).to_contain_text("待核实")
    expect(page).to_have_url(re.compile("warning="))
    expect(page.locator(".st-key-panel_history li").first).to_be_visible()
    page.get_by_role("link", name=ZH.say("warnings.back")).click()
    expect(rows.first).to_contain_text(kind)
    expect(page).to_have_url(re.compile("kind=breach"))
    searched = rows.first.locator("td").first.inner_text()
    page.get_by_label(ZH.say("shared.table_search")).fill(searched)
    with page.expect_download() as download:
        page.get_by_role("button", name=ZH.say("shared.table_export"), exact=True).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert f"{ZH.say('warnings.kind')}: {kind}" in text, "as the page calls it"
    assert f"{ZH.say('shared.table_search')}: {searched}" in text
    told = [one for one in text.splitlines() if not one.lstrip('"').startswith("#")][1:]
    assert told and all(searched in one for one in told)


@pytest.mark.parametrize(("role", "is_led"), [("single_user", True), ("manager", True), ("analyst", False)])
def test_a_warning_leads_to_its_handling_those_who_may(
    snapshot: warehouse.Snapshot, monkeypatch: pytest.MonkeyPatch, role: str, is_led: bool
) -> None:
    monkeypatch.setattr(visitor, "actor", lambda: Actor("somebody", role, "99"))
    one = str(standing(snapshot)[0]["warning_id"])
    app = site.page_of("alerts", warning=one)
    assert not app.exception
    led = [link.proto for link in app.get("page_link") if link.proto.label == ZH.say("handling.handle")]
    assert len(led) == int(is_led)
    assert all(link.page == "disposition" and f"warning={one}" in link.query_string for link in led)
