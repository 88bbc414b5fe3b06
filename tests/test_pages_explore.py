"""The explore page: a question is kept in its address, refusals are told in words, what is taken out is recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ledger import migration, storage
from ledger.schema.trail import Entry
from model import warehouse
from model.exploration.limits import limits
from model.exploration.statement import RefusedError
from model.policy import Actor, signing_in
from pages.parts import answers, clocks, visitor
from pages.parts.charts import answer as charts
from pages.parts.reads import lineage
from pages.parts.words import Language, Words, texts
from tests import demo_site as site
from tests.test_exploration import ENDLESS, REFUSED

ZH = Words("zh")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is drawn once waits for its answer, however busy the machine is."""
    monkeypatch.setattr(answers, "AT_ONCE_SECONDS", 60.0)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The office's warehouse, with a ledger of its own beside it."""
    place = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(storage.ADDRESS_VARIABLE, f"sqlite:///{place / 'ledger.db'}")
        visitor.ledger.clear()
        migration.upgrade(storage.open_ledger())
        yield site.load(place)
        visitor.ledger.clear()


def noted(action: str) -> list[Entry]:
    """The entries of the audit trail of one action."""
    with storage.open_ledger().read() as session:
        return list(session.scalars(select(Entry).where(Entry.action == action)))


@pytest.fixture
def snapshot(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> warehouse.Snapshot:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(loaded))
    return warehouse.open_snapshot(loaded)


def test_every_reason_has_its_words() -> None:
    reasons = {
        *REFUSED.values(),
        "failed",
        "cancelled",
        "timeout",
        "memory",
        "dropped",
        "column",
        "value",
        "measure",
        "reach",
    }
    assert {f"explore.error_{one}" for one in reasons} <= set(texts())


def test_no_rows_of_what_no_source_delivers_are_told_from_no_rows_that_match(
    snapshot: warehouse.Snapshot,
) -> None:
    nobody = json.dumps([["inspection_no", "is", "nobody's"]])
    none, unknown = ZH.say("explore.result_none"), ZH.say("shared.not_delivered")
    shown = site.shown(site.page_of("analysis", where=nobody))
    assert none in shown and unknown not in shown
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clocks, "of_snapshot", lambda _: {})
        shown = site.shown(site.page_of("analysis", where=nobody))
    assert unknown in shown and none not in shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_address_holds_the_question(snapshot: warehouse.Snapshot, language: str) -> None:
    where = json.dumps([["inspection_kind", "is", "routine"]])
    app = site.page_of("analysis", by="started_at@month,unit_id", where=where, lang=language)
    assert not app.exception
    assert app.multiselect(key="control_by").value == ["started_at@month", "unit_id"]
    assert Words(language).say("explore.result") in site.shown(app)  # type: ignore[arg-type]
    assert any("routine" in one.label for one in app.button)


@pytest.mark.parametrize(
    "query",
    [
        {"table": "no.such"},
        {"by": "nothing,else"},
        {"by": "unit_id,unit_id"},
        {"by": "inspection_id,unit_id,inspection_kind,issue_count"},
        {"where": "nonsense"},
        {"where": "[" * 9_000},
        {"page": "99999999"},
        {"page": "9" * 9_000},
        {"page": "²"},
        {"sort": "-nothing"},
        {"was": "table=record.licence&lang=en&embed=true&by=unit_id"},
    ],
)
def test_nonsense_in_the_address_is_the_default(snapshot: warehouse.Snapshot, query: dict[str, str]) -> None:
    app = site.page_of("analysis", **query)
    assert not app.exception
    assert ZH.say("explore.result") in site.shown(app)


def test_an_answer_may_call_its_columns_as_it_likes(snapshot: warehouse.Snapshot) -> None:
    app = site.page_of("analysis", view="sql", sql="SELECT 'one' AS key, '/away' AS href, uuid() AS hash")
    assert not app.exception
    (answer,) = [
        one for one in (json.loads(one.proto.json) for one in app.get("bidi_component")) if one["page"] == 100
    ]
    (row,) = answer["rows"]
    assert "href" not in row and [row[one["name"]] for one in answer["columns"]][:2] == ["one", "/away"]


def test_a_value_that_does_not_fit_is_told(snapshot: warehouse.Snapshot) -> None:
    where = json.dumps([["issue_count", "at_least", "many"]])
    app = site.page_of("analysis", where=where)
    assert not app.exception
    assert ZH.say("explore.error_value", what="issue_count: many") in site.shown(app)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refused_statement_is_told_in_words(snapshot: warehouse.Snapshot, language: str) -> None:
    app = site.page_of("analysis", view="sql", sql="SELECT * FROM read_csv('/etc/passwd')", lang=language)
    assert not app.exception
    said = Words(language).say("explore.error_function", what="read_csv")  # type: ignore[arg-type]
    assert said in site.shown(app)
    assert "root:" not in site.shown(app)
    assert any("read_csv" in one.content for one in noted("query_sql"))


def test_without_the_ledger_no_statement_is_run(
    snapshot: warehouse.Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(storage.ADDRESS_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    visitor.ledger.clear()
    app = site.page_of("analysis", view="sql", sql="SELECT 1")
    visitor.ledger.clear()
    assert not app.exception
    assert ZH.say("explore.error_unrecorded") in site.shown(app)


def test_the_dictionary_leads_from_a_column_to_a_file_and_a_row(snapshot: warehouse.Snapshot) -> None:
    found = lineage.origin(snapshot, "inspection", "JC000000001", signing_in.THE_SINGLE_USER)
    assert (
        len(found) >= 1 and found["file"].iloc[0].startswith("inspection") and found["row_number"].iloc[0] > 0
    )
    app = site.page_of("analysis", view="dictionary", record="JC000000001")
    assert not app.exception
    assert snapshot.id in app.code[0].value and "analysis.duckdb" in app.code[0].value
    hidden = site.page_of("analysis", view="dictionary", table="record.staff")
    assert ZH.say("explore.locate_hidden") in site.shown(hidden)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_office_head_composes_of_their_own_rows_and_types_nothing(
    snapshot: warehouse.Snapshot, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    monkeypatch.setattr(visitor, "actor", lambda: Actor("head", "office_head", "990101-S01"))
    say = Words(language).say
    app = site.page_of("analysis", by="unit_id", view="sql", sql="FROM record.staff", lang=language)
    assert not app.exception
    assert say("explore.view_sql") not in app.segmented_control(key="control_view").options
    assert say("explore.surface_below") in site.shown(app) and not app.text_area
    run = app.session_state["run_compose"]
    assert run.page(0, 10)["unit_id"].tolist() == ["990101-S01"] and "990101-S01" in run.text
    for table in ("record.staff", "record.working_calendar"):
        refused = site.page_of("analysis", table=table, lang=language)
        assert say("explore.error") in site.shown(refused) and not refused.exception
        assert "run_compose" not in refused.session_state
    origin = {
        name: site.page_of("analysis", view="dictionary", record=name) for name in ("JC000000001", "none")
    }
    assert all(not one.exception and not one.code for one in origin.values())


def test_where_a_record_came_from_is_told_to_those_who_reach_it(snapshot: warehouse.Snapshot) -> None:
    head = Actor("head", "office_head", "990101-S01")
    elsewhere = Actor("head", "office_head", "990101-W")
    assert len(lineage.origin(snapshot, "inspection", "JC000000001", head)) >= 1
    assert lineage.origin(snapshot, "inspection", "JC000000001", elsewhere).empty


def test_a_large_result_is_read_in_pages_and_a_bar_needs_few_categories() -> None:
    assert limits().rows == answers.PAGE_ROWS * 10_000
    assert 0 < charts.MOST_SERIES <= 6 < charts.MOST_POINTS
    assert issubclass(RefusedError, ValueError)


@pytest.fixture(scope="module")
def page(loaded: Path) -> Iterator[Page]:
    with site.browsed(loaded) as found:
        yield found


@pytest.mark.browser
def test_an_analyst_groups_opens_as_sql_and_takes_the_result_out(page: Page) -> None:
    site.opened(page, "/analysis?by=unit_id")
    expect(page.locator(".st-key-panel_answer .js-plotly-plot")).to_be_visible()
    page.get_by_role("link", name=ZH.say("explore.to_sql")).click()
    expect(page.locator("textarea")).to_have_value(re.compile("GROUP BY"))
    rows = page.locator(".st-key-panel_answer table.list tbody tr")
    expect(rows.first).to_be_visible()
    site.whole(page)  # what the view before it showed has gone
    export = page.get_by_role("button", name=ZH.say("explore.export_csv"))
    expect(export).to_be_disabled()
    page.get_by_label(ZH.say("explore.purpose")).fill("核对检查数量")
    page.keyboard.press("Enter")
    expect(export).to_be_enabled()
    with page.expect_download() as download:
        export.click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert (
        text.startswith("# ")
        and "核对检查数量" in text
        and "GROUP BY" in text
        and "\nunit_id,count" in text.replace('"', "")
    )


@pytest.mark.browser
def test_a_record_is_whole_on_a_phone(page: Page) -> None:
    site.opened(page, "/analysis?table=inspection")
    page.locator("table.list tbody tr").first.wait_for()
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('.table-scroll').clientWidth < 390")
    assert (
        page.evaluate("(one => one.scrollWidth - one.clientWidth)(document.querySelector('.table-scroll'))")
        <= 1
    )
    page.set_viewport_size(size)


@pytest.mark.browser
def test_a_group_leads_to_its_rows_and_back_by_row_and_by_bar(page: Page) -> None:
    site.opened(page, "/analysis?by=inspection_kind")
    answer = page.locator(".st-key-panel_answer")
    first = answer.locator("table.list tbody tr").first
    count = first.locator("td.figure").inner_text()
    first.locator("a").click()
    expect(answer.locator(".panel-heading")).to_contain_text(count)
    assert "by=" not in page.url and "where=" in page.url
    page.get_by_role("link", name=ZH.say("explore.to_groups")).click()
    expect(page).to_have_url(re.compile("by=inspection_kind"))
    expect(answer.locator("table.list tbody tr td.figure").first).to_have_text(count)
    answer.locator(".js-plotly-plot .barlayer .point path").first.click(force=True)
    expect(page).to_have_url(re.compile("where="))
    expect(page.get_by_role("link", name=ZH.say("explore.to_groups"))).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("by=inspection_kind"))


@pytest.mark.browser
def test_a_cut_of_complaints_leads_to_its_tickets(page: Page) -> None:
    site.opened(page, "/tickets?unit=990101&month=2026-10&window=12")
    row = page.locator(".st-key-panel_category table.list tbody tr").first
    count = row.locator("td.figure").first.inner_text()
    row.locator("a").click()
    expect(page.locator("h1")).to_have_text(ZH.say("explore.title"))
    expect(page.locator(".st-key-panel_answer .panel-heading")).to_contain_text(f"{count} 行")


@pytest.mark.browser
def test_the_way_leads_from_the_province_to_the_records_of_an_office_and_back(page: Page) -> None:
    site.opened(page, "/?unit=99&view=children")
    for unit in ("9901", "990101", "990101-S01"):
        page.locator(
            f'.st-key-children a[href*="unit={unit}&"], .st-key-children a[href$="unit={unit}"]'
        ).click()
        expect(page).to_have_url(re.compile(f"unit={unit}(&|$)"))
        site.whole(page)
    page.get_by_text(ZH.say("overview.view_indicators"), exact=True).click()
    page.locator("table.board tbody a").first.click()
    expect(page.locator("h1")).to_have_text(ZH.say("trends.title"))
    page.locator(".st-key-views").get_by_text(ZH.say("trends.view_months"), exact=True).click()
    page.locator(".st-key-panel_months tbody a").nth(1).click()
    expect(page.locator(".st-key-panel_records table.list tbody tr").first).to_be_visible()
    for unit in ("990101", "9901", "99"):
        page.locator(f'.st-key-breadcrumb a[href*="unit={unit}&"]').click()
        expect(page).to_have_url(re.compile(f"unit={unit}(&|$)"))
        site.whole(page)
    expect(page.locator(".st-key-breadcrumb a")).to_have_count(0)


@pytest.mark.browser
def test_a_query_under_way_is_cancelled(page: Page) -> None:
    site.opened(page, f"/analysis?view=sql&sql={quote(ENDLESS)}")
    page.get_by_role("button", name=ZH.say("explore.cancel")).click()
    expect(page.locator(".message")).to_contain_text(ZH.say("explore.error_cancelled"))
