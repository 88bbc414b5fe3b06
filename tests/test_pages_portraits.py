"""The portraits page: what is shown adds up to what was scored, ranks are ranges, and paper is one sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from docs.pictures import browsing
from model import warehouse
from model.indicators import Indicator, catalogue
from model.judgement import rules
from model.judgement.explanation import Part, explained
from model.judgement.portrait import OVERALL
from pages.parts import portraiture
from pages.parts.charts import portrait as charts
from pages.parts.charts import trail
from pages.parts.reads import evidence, portraits
from pages.parts.words import Words
from tests import demo_site as site
from tests import warehouse_fixture as fixture

UNIT = "990101"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site.load(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def snapshot(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> warehouse.Snapshot:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(loaded))
    return warehouse.open_snapshot(loaded)


def parts_of(
    snapshot: warehouse.Snapshot, unit_id: str, back: int = 0
) -> tuple[pd.DataFrame, dict[str, list[Part]]]:
    """The rows and the parts of a unit's portrait, some month ends before the newest."""
    own = portraits.of_subject(snapshot, "unit", unit_id)
    end = portraiture.end_of(own, portraiture.months(own)[back])
    measured = portraits.measured(snapshot, "unit", own["level"].iloc[0], end)
    shown = own[pd.to_datetime(own["period_end"]).dt.date == end]
    return shown, explained(measured, unit_id, catalogue(), rules().portrait)


def test_points_lost_and_the_published_score_make_a_hundred(snapshot: warehouse.Snapshot) -> None:
    checked = 0
    units = portraits.subjects(snapshot, "unit")["subject_id"]
    for unit_id, back in product(units, (0, rules().portrait.past_months)):
        own, parts = parts_of(snapshot, unit_id, back)
        for row in own[own["score"].notna() & (own["dimension"] != OVERALL)].itertuples():
            lost = [one.points_lost for one in parts[row.dimension] if one.points_lost is not None]
            least = rules().portrait.least_dimension_score
            assert max(100 - sum(lost), least) == pytest.approx(row.score), (unit_id, row.dimension)
            shares = [one.weight_share for one in parts[row.dimension] if one.weight_share is not None]
            assert sum(shares) == pytest.approx(1)
            checked += 1
    assert checked > 8


def test_an_indicator_without_a_value_has_a_state_and_no_score() -> None:
    columns = ["indicator_id", "subject_id", "value", "state", "sample_size", "window_months"]
    rows = [
        ("H2", "a", None, "suppressed", 3, 12),
        ("H2", "b", 0.9, "value", 30, 1),
        ("H4", "b", 0.1, "value", 30, 1),
        ("H5", "a", 0.5, "value", 30, 1),
    ]
    found = explained(pd.DataFrame(rows, columns=columns), "a", catalogue(), rules().portrait)
    states = {
        one.item.id: (one.state, one.score, one.points_lost) for group in found.values() for one in group
    }
    assert states == {"H2": ("suppressed", None, None), "H4": ("no_data", None, None)}


def own_rows(score: float | None, low: int | None, high: int | None, year: int = 2026) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "subject_kind": "unit", "subject_id": "a", "period_end": date(year, 10, 31), "dimension": name,
                "score": score, "score_lower": score, "score_upper": score, "rank_low": low, "rank_high": high,
                "coverage": 0.4 if score is None else 1.0, "state": "suppressed" if score is None else "value",
                "level": "management_office",
            }
            for name in (OVERALL, *catalogue().dimensions)
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("score", "low", "high", "others", "said"),
    [
        (80.0, 1, 3, 2, "分不出先后"),
        (80.0, 2, 3, 3, "第 2 至第 3"),
        (80.0, 1, 1, 2, "名次为第 1"),
        (80.0, 1, 1, 0, "没有同类可比"),
        (None, None, None, 2, "不排名次"),
    ],
)
def test_a_rank_is_a_range_in_words(
    score: float | None, low: int | None, high: int | None, others: int, said: str
) -> None:
    own = own_rows(score, low, high)
    level = pd.concat([own, *(own_rows(70.0, 1, 3).assign(subject_id=f"b{n}") for n in range(others))])
    portrait = portraiture.compose("甲所", own, level, date(2026, 10, 31))
    sentences = portraiture.sentences(Words("zh"), portrait)
    assert said in "".join(sentences)
    assert ("40%" in sentences[0] and "60%" in sentences[0]) == (score is None)


def test_without_an_overall_score_the_reason_is_the_one_that_holds() -> None:
    """A bureau that delivers complaints alone has all of its indicators, and a score in one dimension."""
    own = own_rows(None, None, None).assign(coverage=1.0)
    own.loc[own["dimension"] == "conduct", ["score", "state"]] = 75.0, "value"
    portrait = portraiture.compose("甲所", own, own.head(0), date(2026, 10, 31))
    said = portraiture.sentences(Words("zh"), portrait)
    assert "4 个维度中只有 1 个有得分" in said[0] and "60%" not in said[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_subject_has_a_page_and_a_name(snapshot: warehouse.Snapshot, language: str) -> None:
    kinds = portraits.kinds(snapshot)
    assert next(iter(kinds)) == "unit" and len(kinds) > 3
    for kind in kinds:
        app = site.page_of("portrait", kind=kind, lang=language)
        assert not app.exception
        html = site.shown(app)
        assert html.count('class="score-line"') == 5, kind
        assert Words(language).say("shared.failing_title") not in html, kind  # type: ignore[arg-type]


def test_its_own_past_is_every_month_end_up_to_the_shown_one(snapshot: warehouse.Snapshot) -> None:
    own = portraits.of_subject(snapshot, "unit", UNIT)
    months, past = portraiture.months(own), rules().portrait.past_months
    assert len(months) == past + 1
    for shown in (months[0], months[3]):
        end = portraiture.end_of(own, shown)
        portrait = portraiture.compose("甲所", own, own.head(0), end)
        assert [one.replace(day=1) for one in portrait.trail] == [one for one in months[::-1] if one <= shown]
        assert portrait.trail[end][OVERALL].score == portrait.rows[OVERALL]["score"]
    newest = portraiture.compose("甲所", own, own.head(0), portraiture.end_of(own, months[0]))
    assert newest.past_end and newest.past_end.replace(day=1) == months[-1]
    assert newest.past[OVERALL] == newest.trail[newest.past_end][OVERALL].score


def test_a_month_end_without_a_score_is_a_gap_and_never_a_zero() -> None:
    known, missing = trail.End(70.0, 60.0, 80.0), trail.End(None, None, None)
    assert trail.least([[known, missing]]) == 60 and trail.least([[missing]]) == 0
    picture = unquote(trail.trail([known, known, missing, known], 60))
    assert picture.count("Z' fill") == 2 and picture.count("stroke-width='1.6'") == 1
    lowest = trail.HEIGHT - 7
    assert f" {lowest:.1f}h0" not in picture


def test_its_past_is_the_same_month_a_year_before() -> None:
    own = pd.concat([own_rows(80.0, 1, 1), own_rows(60.0, 1, 1, 2025), own_rows(50.0, 1, 1, 2024)])
    portrait = portraiture.compose("甲所", own, own.head(5), date(2026, 10, 31))
    assert portrait.past_end == date(2025, 10, 31)
    assert set(portrait.past.values()) == {60.0}


def test_a_dimension_without_a_score_leaves_its_axis_empty() -> None:
    known = charts.Axis("a", 50.0, 40.0, 60.0, (30.0,), None)
    missing = charts.Axis("b", None, None, None, (), None)
    traces = charts.radar([known, missing, known, known]).data
    loop = traces[-1]
    assert loop.r[1] is None and loop.connectgaps is False
    assert 0 not in [value for trace in traces for value in trace.r]


def is_counted(item: Indicator) -> bool:
    return item.numerator.form == item.denominator.form == "where" and item.shape == "ratio"


def test_records_make_the_number_that_is_shown(snapshot: warehouse.Snapshot) -> None:
    own, parts = parts_of(snapshot, UNIT)
    month, checked = portraiture.months(own)[0], 0
    for part in (one for group in parts.values() for one in group):
        if part.window_months != 1 or part.value is None or not is_counted(part.item):
            continue
        found = evidence.behind(snapshot, part.item.id, "unit", UNIT, month)
        assert found is not None and found.adverse is not None
        wrong = part.value if part.item.direction == "lower" else 1 - part.value
        assert found.adverse == pytest.approx(wrong * part.sample_size)
        assert not {"staff_id", "officer_team", "role"} & set(found.rows.columns)
        checked += 1
    assert checked > 3


def test_a_month_without_a_portrait_is_not_passed_over(snapshot: warehouse.Snapshot) -> None:
    newest = portraiture.months(portraits.of_subject(snapshot, "unit", UNIT))[0]
    words = Words("en")
    said = words.say("portraits.other_month", month=words.month(date(2014, 1, 1)), shown=words.month(newest))
    assert said in site.shown(site.page_of("portrait", unit=UNIT, month="2014-01", lang="en"))
    assert said[:20] not in site.shown(site.page_of("portrait", unit=UNIT, lang="en"))


def test_labels_keep_clear_of_a_mark_at_the_end_of_their_axis() -> None:
    full = charts.Axis("清廉<br>100.0", 100.0, 90.0, 100.0, (100.0,), None)
    places = charts.radar([replace(full, label=f"{one}<br>100") for one in "上右下左"]).layout.polar
    top, right, bottom, left = places.angularaxis.categoryarray
    assert (top, bottom) == ("上<br>100", "下<br>100")
    assert right == f"{charts.GAP}右<br>{charts.GAP}100" and left == f"左{charts.GAP}<br>100{charts.GAP}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_part_of_a_portrait(snapshot: warehouse.Snapshot, language: str) -> None:
    app = site.page_of("portrait", unit=UNIT, lang=language)
    words = Words(language)  # type: ignore[arg-type]
    assert not app.exception
    html = site.shown(app)
    for key in ("title", "picture", "scores", "trail", "movers", "explained", "caveat"):
        assert words.say(f"portraits.{key}") in html, key
    assert html.count('class="score-line"') == 5


def test_a_picked_indicator_leads_to_its_meaning_and_records(snapshot: warehouse.Snapshot) -> None:
    app = site.page_of("portrait", unit=UNIT, indicator="I1")
    assert not app.exception
    assert catalogue().indicators["I1"].meaning.zh in site.shown(app)
    assert app.selectbox(key="control_records").value == "2026-10"


def test_a_bureau_without_scores_says_that_there_are_no_portraits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture.publish(tmp_path)
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path))
    app = site.page_of("portrait")
    assert not app.exception
    assert Words("zh").say("portraits.none_title") in site.shown(app)


CUT_LABELS = """() => [...document.querySelectorAll('.angularaxistick text')].filter(one => {
  const label = one.getBoundingClientRect(), whole = one.closest('svg').getBoundingClientRect();
  return label.left < whole.left || label.right > whole.right;
}).map(one => one.textContent)"""
"""The labels of the radar that its edge cuts."""


@pytest.fixture(scope="module")
def page(loaded: Path) -> Iterator[Page]:
    with site.browsed(loaded) as found:
        yield found


@pytest.mark.browser
def test_a_person_goes_from_the_score_to_the_records_and_to_paper(page: Page) -> None:
    site.opened(page, f"/portrait?unit={UNIT}")
    expect(page.locator("table.scores tbody tr")).to_have_count(5)
    expect(page.locator(".js-plotly-plot .polar")).to_have_count(1)
    page.locator("table.explained .pick").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-panel_records h2")).to_be_visible()
    expect(page).to_have_url(re.compile("indicator="))
    expect(page.locator(".st-key-panel_records table.list tbody tr").first).to_be_visible()
    page.get_by_role("link", name=Words("zh").say("portraits.print")).click()
    expect(page.locator(".st-key-sheet table.scores")).to_be_visible()
    page.evaluate("() => { window.print = () => { document.title = 'printed'; }; }")
    page.locator(".print-now").click()
    expect(page).to_have_title("printed")
    expect(page).to_have_url(re.compile("view=print"))
    page.go_back()
    expect(page.locator(".st-key-panel_records h2")).to_be_visible()
    expect(page).not_to_have_url(re.compile("view=print"))


@pytest.mark.browser
def test_a_portrait_is_no_wider_than_a_small_screen_or_one_that_is_zoomed(page: Page) -> None:
    site.opened(page, f"/portrait?unit={UNIT}&lang=en")
    expect(page.locator(".js-plotly-plot .polar")).to_have_count(1)
    for width in (641, 720, 960, 1024, 1100):
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_function(
            "document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth", timeout=10_000
        )
        said = page.locator("table.scores tr, .st-key-print_links a").evaluate_all(
            "all => Math.max(...all.map(one => one.getBoundingClientRect().right))"
        )
        assert said <= width
    page.set_viewport_size(browsing.SIZE)  # type: ignore[arg-type]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_paper_is_exactly_one_sheet_of_a4(page: Page, language: str) -> None:
    site.opened(page, f"/portrait?unit={UNIT}&view=print&lang={language}")
    page.wait_for_selector(".st-key-sheet .js-plotly-plot .main-svg")
    expect(page.locator(".angularaxistick text")).to_have_count(4)
    assert page.evaluate(CUT_LABELS) == []
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1
    width, height = (float(one) for one in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)[0])
    assert (width, height) == (pytest.approx(595, abs=2), pytest.approx(842, abs=2))
