"""The trends page: rebase by the rules of every trend, the pictures, the records behind, and the page's branches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from ledger_fixture import DATABASES, KEEPER, Databases, postgresql
from streamlit.testing.v1 import AppTest

from ledger import rebasing
from ledger.schema import Unit
from ledger.storage import ADDRESS_VARIABLE, ANCHOR_VARIABLE, Ledger
from model import warehouse
from model.indicators import catalogue
from model.judgement import rules
from model.judgement.rebase import rebase
from model.policy import Actor, signing_in
from pages.parts import clocks, judged, labels, monthly, theme, trend_lists, visitor
from pages.parts.charts.control import control
from pages.parts.charts.funnel import funnel
from pages.parts.charts.seasonal import seasonal
from pages.parts.judged import Spot
from pages.parts.reads import indicators
from pages.parts.trending import rule_words
from pages.parts.words import Words
from tests import judged_fixture as given
from tests import warehouse_fixture as fixture
from tests.demo_site import shown

ROOT = Path(__file__).parent.parent
UNIT = "420106"
MONTHS = monthly.span(date(2026, 10, 1), 30)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("warehouse")
    fixture.publish(directory)
    return directory


@pytest.fixture
def snapshot(published: Path) -> warehouse.Snapshot:
    return warehouse.open_snapshot(published)


def facts(low_since: int) -> pd.DataFrame:
    """Thirty months of a proportion that falls once, for good."""
    events = [(95 if at < low_since else 80) + at % 3 for at in range(len(MONTHS))]
    return pd.DataFrame(
        {"month": pd.to_datetime(MONTHS), "numerator": events, "denominator": 100.0, "observations": 100}
    )


class TestRebase:
    item = catalogue().indicators["H2"]

    def judge(self, *starts: date) -> pd.DataFrame:
        return rebase(self.item, facts(16), date(2026, 10, 31), starts, rules().trend)

    def test_without_a_start_rules_keep_firing_on_the_fall(self) -> None:
        found = self.judge()
        assert list(found["month"]) == list(pd.to_datetime(MONTHS))
        assert (found["signal"].iloc[16:] == "outside").all()

    def test_from_a_start_the_limits_are_those_of_the_new_stretch(self) -> None:
        found = self.judge(MONTHS[16])
        assert found["signal"].isna().all()
        assert found["centre"].iloc[15] > 0.94 and found["centre"].iloc[16] < 0.83

    def test_a_stretch_that_is_too_short_has_no_limits(self) -> None:
        found = self.judge(MONTHS[24])
        assert found["centre"].iloc[24:].isna().all() and found["signal"].iloc[24:].isna().all()


class TestPictures:
    item = catalogue().indicators["H2"]
    words = Words("zh")

    def spots(self) -> list[Spot]:
        known = [Spot(month, "value", value=0.95, lower=0.9, upper=1.0, centre=0.95) for month in MONTHS[:-3]]
        fallen = replace(known[-1], value=0.7, signal="outside", variation="concerning")
        return [*known[:-1], fallen, Spot(MONTHS[-3], "suppressed", observations=3), *map(Spot, MONTHS[-2:])]

    def test_a_fired_point_is_a_diamond_in_its_colour_and_says_its_rule(self) -> None:
        figure = control(self.words, self.item, self.spots(), MONTHS[-4], (), rule_words(self.words))
        marked = [one for one in figure.data if one.marker.symbol == "diamond"]
        assert [list(one.y) for one in marked] == [[0.7]]
        assert marked[0].marker.color == theme.CONCERNING
        line = next(one for one in figure.data if one.mode == "lines+markers")
        assert "超出界限" in line.customdata[-4] and "样本不足" in line.customdata[-3]

    def test_too_few_is_a_ring_on_the_axis_and_no_data_an_empty_track(self) -> None:
        figure = control(self.words, self.item, self.spots(), MONTHS[0], (), {})
        ring = next(one for one in figure.data if one.marker.color == theme.PANEL)
        assert list(ring.x) == [self.words.month(MONTHS[-3])]
        assert ring.y[0] == figure.layout.yaxis.range[0]
        assert sum(one.fillcolor == theme.TRACK for one in figure.layout.shapes) == 2

    def test_a_new_baseline_is_marked(self) -> None:
        plain = control(self.words, self.item, self.spots(), MONTHS[0], (), {})
        marked = control(self.words, self.item, self.spots(), MONTHS[0], (MONTHS[12],), {})
        assert len(marked.layout.shapes) == len(plain.layout.shapes) + 1

    def test_a_year_is_a_line_and_the_chosen_one_is_dark(self) -> None:
        figure = seasonal(self.words, self.item, self.spots(), 2026)
        colours = {one.name: one.line.color for one in figure.data}
        assert set(colours) == {"2024", "2025", "2026"} and colours["2026"] == theme.INK != colours["2025"]
        assert figure.data[0].y[8] is None

    @pytest.mark.parametrize("level", [1.0, 0.0])
    def test_the_funnel_of_units_all_alike_has_room_for_numbers_that_differ(self, level: float) -> None:
        limits = dict.fromkeys(("lower998", "upper998", "lower95", "upper95", "usual", "value"), level)
        exact = dict.fromkeys(("exact_lower998", "exact_upper998"), level)
        rows = [{"unit_id": UNIT, "sample_size": 20, "outside": None, "window_months": 1} | limits | exact]
        low, high = funnel(self.words, replace(self.item, target=level), rows, {}, ()).layout.yaxis.range
        assert high - low >= 0.01 and low <= level <= high

    def test_the_funnel_has_both_limits_and_names_each_unit(self, snapshot: warehouse.Snapshot) -> None:
        rows = labels.records(
            indicators.compared(snapshot, "H2", monthly.last_day(monthly.before(clocks.now())))
        )
        figure = funnel(self.words, self.item, rows, {UNIT: "武昌"}, {UNIT})
        assert {one.line.dash for one in figure.data if one.mode == "lines"} == {"solid", "dot"}
        dark = figure.data[-1]
        assert [one[0] for one in dark.customdata] == [UNIT] and "武昌" in dark.customdata[0][1]


def test_what_was_compared_last_is_shown_for_a_later_month_and_nothing_for_an_earlier(
    snapshot: warehouse.Snapshot,
) -> None:
    assert not indicators.compared(snapshot, "H2", date(2099, 1, 31)).empty
    assert indicators.compared(snapshot, "H2", date(2020, 1, 31)).empty


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """A ledger that knows the unit, on the database that a test names."""
    kind = getattr(request, "param", "sqlite")
    databases = Databases(kind, tmp_path, postgresql(request.config) if kind == "postgresql" else None)
    found = databases.new()
    monkeypatch.setenv(ADDRESS_VARIABLE, found.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv(ANCHOR_VARIABLE, str(found.anchor))
    visitor.ledger.clear()
    with found.write(KEEPER) as recorder:
        recorder.replace_register("sync", Unit, [{"unit_id": UNIT, "parent_unit_id": None, "name": "武昌"}])
    yield found
    visitor.ledger.clear()
    found.close()
    databases.remove()


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, published: Path, book: Ledger) -> AppTest:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
    app = AppTest.from_function(_trends, default_timeout=20)
    app.query_params |= {"unit": UNIT, "indicator": given.FALLING}
    return app


def _trends() -> None:
    import streamlit as st

    from pages import trends
    from pages.parts import controls, navigation

    navigation.enter(
        st.navigation(navigation.offer(controls.words(), {"group_manage": [("trends", trends.show, "t")]})[0])
    )
    trends.show()


@pytest.mark.parametrize("view", ["units", "months", "seasons", "meaning"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_list_is_shown_in_both_languages(app: AppTest, view: str, language: str) -> None:
    app.query_params |= {"view": view, "lang": language}
    app.run()
    assert not app.exception
    assert Words(language).say("trends.rule_outside") in shown(app)  # type: ignore[arg-type]
    assert Words(language).say("trends.chart_p_prime") in shown(app)  # type: ignore[arg-type]


@pytest.mark.parametrize("book", DATABASES, indirect=True)
def test_a_rebase_is_recorded_with_a_reason_and_everybody_sees_the_same_chart(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.run()
    app.button[0].click().run()
    assert "请写明理由" in shown(app), "not without a reason"
    app.text_input[0].input("窗口合并")
    app.selectbox[-1].select_index(14)
    app.button[0].click().run()
    assert not app.exception
    assert "起重设基线：窗口合并" in shown(app) and "local" in shown(app)
    other = AppTest.from_function(_trends, default_timeout=20)
    other.query_params |= {"unit": UNIT, "indicator": given.FALLING}
    monkeypatch.setattr(visitor, "present", lambda: Actor("head", "analyst"))
    assert other.run().get("plotly_chart")[0].proto.spec == app.get("plotly_chart")[0].proto.spec


@pytest.mark.parametrize("book", DATABASES, indirect=True)
def test_who_may_not_rebase_sees_what_was_recorded_and_no_form(
    app: AppTest, book: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = monthly.shifted(monthly.before(clocks.now()), -15)
    before = app.run().get("plotly_chart")[0].proto.spec
    with book.write(signing_in.THE_SINGLE_USER) as recorder:
        said = rebasing.begin_anew(recorder, given.FALLING, UNIT, month, "换了系统")
    monkeypatch.setattr(visitor, "present", lambda: Actor("secretary", "branch_secretary", UNIT))
    monkeypatch.setattr(visitor, "actor", lambda: Actor("secretary", "branch_secretary", UNIT))
    app.run()
    assert "起重设基线：换了系统" in shown(app)
    assert not app.button and not app.text_input
    assert app.get("plotly_chart")[0].proto.spec != before
    with book.write(signing_in.THE_SINGLE_USER) as recorder:
        rebasing.take_back(recorder, said.rebase_id, "有误")
    app.run()
    assert "有误" in shown(app)
    assert app.get("plotly_chart")[0].proto.spec == before


def test_months_that_overlap_have_no_limits_to_begin_anew(app: AppTest) -> None:
    rolling = next(one for one in catalogue().indicators.values() if one.series == "rolling_year")
    app.query_params["indicator"] = rolling.id
    app.run()
    assert not app.exception and Words("zh").say("trends.overlap") in shown(app)
    assert not app.button and Words("zh").say("trends.chart_none") not in shown(app)


def test_without_the_ledger_the_chart_stands_and_says_so(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    visitor.ledger.clear()
    app.run()
    visitor.ledger.clear()
    assert not app.exception and not app.button
    assert Words("zh").say("trends.rebase_unread") in shown(app)


@pytest.mark.parametrize(
    ("name", "has_limits"), [(given.SILENT, False), (given.UNKNOWN, False), (given.FEW, True), ("L14", False)]
)
def test_an_indicator_without_numbers_says_so(app: AppTest, name: str, has_limits: bool) -> None:
    app.query_params["indicator"] = name
    app.run()
    assert not app.exception
    assert (Words("zh").say("trends.chart_none") in shown(app)) is not has_limits
    assert (Words("zh").say("trends.fired_none") in shown(app)) is has_limits, "no rule speaks without limits"


def test_a_unit_is_within_limits_only_where_there_are_some() -> None:
    words = Words("zh")
    assert (
        trend_lists.beside(words, None)
        == trend_lists.beside(words, {"outside": None, "upper998": None})
        == "—"
    )
    assert trend_lists.beside(words, {"outside": None, "upper998": 0.9}) == "界限内"


def test_nonsense_in_the_url_is_the_default_and_that_is_said(app: AppTest) -> None:
    said = Words("zh").say("shared.indicator_elsewhere")
    app.query_params |= {"indicator": "X9", "unit": "nowhere", "view": "?"}
    app.run()
    assert not app.exception
    assert app.selectbox(key="control_indicator").value == "L1"
    assert said in shown(app)
    app.query_params["indicator"] = "L1"
    app.run()
    assert said not in shown(app)


def test_judged_months_know_whether_they_are_whole() -> None:
    assert judged.as_of_state(None) is None
