"""The pages without a browser: months and their states, the tree, reads, masking, and each page's branches."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model import warehouse
from pages.parts import clocks, monthly, panels, relations, theme, tree
from pages.parts import words as written
from pages.parts.charts.tile import bars
from pages.parts.charts.trend import trend
from pages.parts.clocks import SourceClock
from pages.parts.kinds import KINDS
from pages.parts.monthly import Coverage, Headline, Point
from pages.parts.reads import quality, records
from pages.parts.words import Words
from tests import warehouse_fixture as fixture
from tests.demo_site import shown

ROOT = Path(__file__).parent.parent
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def clock(as_of: datetime | None, cadence_days: int | None = 1, source: str = "a") -> SourceClock:
    return SourceClock(source, "甲", "A", as_of, cadence_days)


def covered(as_of: datetime, since: date = date(2024, 1, 1)) -> Coverage:
    return Coverage((clock(as_of),), since)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("warehouse")
    fixture.publish(directory)
    return directory


@pytest.fixture
def snapshot(published: Path) -> warehouse.Snapshot:
    return warehouse.open_snapshot(published)


class TestMonths:
    def test_a_month_after_the_as_of_has_no_data_and_is_not_zero(self) -> None:
        found = monthly.point({}, NOVEMBER, covered(datetime(2026, 10, 31, 8)))
        assert found == Point(NOVEMBER, "no_data", None)

    def test_the_month_of_the_as_of_is_partial_until_its_end(self) -> None:
        assert covered(datetime(2026, 10, 31, 8)).state(OCTOBER) == "partial"
        assert covered(datetime(2026, 10, 31, 23, 59)).state(OCTOBER) == "value"
        assert covered(datetime(2026, 11, 1)).state(OCTOBER) == "value"
        assert covered(datetime(2026, 11, 1)).state(NOVEMBER) == "no_data"

    def test_of_several_sources_the_slowest_completes_a_month(self) -> None:
        two = clock(datetime(2026, 10, 5)), clock(datetime(2026, 11, 5), source="b")
        both = Coverage(two, date(2024, 1, 1))
        assert (both.state(OCTOBER), both.state(NOVEMBER)) == ("partial", "partial")

    def test_a_covered_month_without_rows_is_zero_and_before_the_first_record_there_is_no_data(self) -> None:
        known = covered(datetime(2026, 11, 20))
        assert monthly.point({}, OCTOBER, known) == Point(OCTOBER, "zero", 0)
        assert monthly.point({}, date(2023, 12, 1), known).state == "no_data"

    def test_whole_months_are_compared_and_a_part_of_one_never(self) -> None:
        counts = {date(2025, 10, 1): 0, date(2026, 9, 1): 80, OCTOBER: 100, NOVEMBER: 30}
        known = covered(datetime(2026, 11, 20))
        october = monthly.headline(counts, OCTOBER, known)
        assert (october.on_month, october.on_month_pct) == (20, 25.0)
        assert (october.on_year, october.on_year_pct) == (100, None)
        assert monthly.headline(counts, NOVEMBER, known) == Headline(
            Point(NOVEMBER, "partial", 30), None, None, None, None
        )

    def test_the_default_month_is_the_last_whole_one(self) -> None:
        assert monthly.newest([covered(datetime(2026, 11, 20))]) == OCTOBER
        assert monthly.newest([covered(datetime(2026, 10, 31, 23, 59))]) == OCTOBER
        assert monthly.newest([covered(datetime(2026, 11, 1))]) == OCTOBER
        assert monthly.newest([Coverage()]) is None
        assert monthly.before(datetime(2026, 11, 22)) == OCTOBER

    def test_the_default_month_is_one_that_all_kinds_reach_but_for_those_that_stopped(self) -> None:
        since = date(2011, 1, 1)
        licences, inspections, complaints, stopped = (
            covered(at, since)
            for at in (
                datetime(2014, 11, 7), datetime(2014, 10, 31), datetime(2015, 1, 1), datetime(2014, 8, 31, 23, 59)
            )
        )  # fmt: skip
        assert monthly.newest([licences, complaints, Coverage()]) == date(2014, 10, 1)
        assert monthly.newest([licences, inspections, complaints]) == date(2014, 9, 1)
        assert monthly.newest([complaints, stopped]) == date(2014, 12, 1)

    def test_a_part_of_a_month_is_the_newest_where_no_whole_one_is_near(self) -> None:
        begun = covered(datetime(2026, 11, 20), NOVEMBER)
        assert monthly.newest([begun]) == NOVEMBER
        assert monthly.newest([begun, covered(datetime(2016, 4, 28), date(2014, 1, 1))]) == NOVEMBER

    def test_the_months_offered_begin_with_the_first_record_and_end_with_the_sources(self) -> None:
        found = monthly.offered(
            {"a": {date(2026, 9, 1): 1}, "b": {}}, [covered(datetime(2026, 11, 20)), Coverage()]
        )
        assert found == [date(2026, 9, 1), OCTOBER, NOVEMBER]
        assert monthly.offered({}, [covered(datetime(2026, 11, 20))]) == []
        assert monthly.offered({"a": {NOVEMBER: 1}}, [covered(datetime(2016, 4, 28))]) == []

    def test_what_no_source_records_is_not_computable_and_not_zero(self) -> None:
        known = replace(covered(datetime(2026, 11, 20)), unrecorded=frozenset({"in_time"}))
        assert monthly.point({}, OCTOBER, known.of("in_time")) == Point(OCTOBER, "not_computable", None)
        assert monthly.point({}, OCTOBER, known.of("closed")).state == "zero"
        assert monthly.point({}, date(2026, 12, 1), known.of("in_time")).state == "no_data"

    def test_a_child_without_the_source_has_no_data(self) -> None:
        known = covered(datetime(2026, 11, 20))
        found = monthly.of_children(["a", "b"], known, {"a": frozenset({"a"})}, {})
        assert (found["a"].state(OCTOBER), found["b"].state(OCTOBER)) == ("value", "no_data")

    def test_spans_cross_the_year(self) -> None:
        assert monthly.span(date(2026, 1, 1), 3) == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]


class TestTree:
    units = pd.DataFrame(
        {"unit_id": ["1", "11", "12", "111", "9"], "parent_unit_id": [None, "1", "1", "11", "gone"]}
    )

    def test_children_follow_their_parent_and_an_orphan_is_a_root(self) -> None:
        assert tree.tree_order(self.units) == {"1": 0, "11": 1, "111": 2, "12": 1, "9": 0}

    def test_the_default_is_the_highest_unit_with_several_below(self) -> None:
        assert tree.default_unit(self.units) == "1"
        alone = pd.DataFrame({"unit_id": ["0", "1", "11", "12"], "parent_unit_id": [None, "0", "1", "1"]})
        assert tree.default_unit(alone) == "1"

    def test_ancestors_start_at_the_root(self) -> None:
        assert tree.ancestors(self.units, "111") == ["1", "11"]
        assert tree.ancestors(self.units, "9") == []


class TestClocks:
    def test_a_source_is_late_after_its_cadence(self) -> None:
        one = clock(datetime(2026, 11, 20, 8))
        assert one.late_by(datetime(2026, 11, 21, 8)) is None
        assert one.late_by(datetime(2026, 11, 21, 9)) == timedelta(hours=1)
        assert clock(None).late_by(datetime(2026, 11, 21)) is None
        assert clocks.late_ones([one, clock(None)], datetime(2026, 11, 21, 9)) == (one,)

    def test_a_panel_says_how_late_its_own_sources_are(self) -> None:
        late, other = clock(datetime(2026, 11, 10), 1), clock(datetime(2026, 11, 20), 30, "b")
        said = panels.provenance(Words("en"), Coverage((late,)), datetime(2026, 11, 22))
        assert said == ("source: A", "as of 11-10 00:00", "11 d overdue")
        assert panels.provenance(Words("en"), Coverage((other,)), datetime(2026, 11, 22))[2] == ""
        both = panels.provenance(Words("en"), Coverage((late, other)), datetime(2026, 11, 22))
        assert both[2] == "A 11 d overdue"

    def test_of_several_sources_the_one_that_is_overdue_is_told_by_its_own_clock(self) -> None:
        now = datetime(2026, 11, 22, 8)
        both = Coverage((clock(datetime(2026, 11, 22, 6)), clock(datetime(2026, 10, 20, 6), source="b")))
        text = re.sub("<[^>]+>", "", panels.clocks(Words("zh"), [("检查", both)], now))
        assert "10-20 06:00" in text and "32 天" in text and "11-22" not in text
        told = panels.clocks(Words("zh"), [("检查", replace(both, sources=both.sources[:1]))], now)
        assert "11-22 06:00" in told and "过期" not in told

    def test_a_moment_with_a_zone_becomes_beijing_time(self) -> None:
        assert clocks.moment_of("2026-11-22T00:00:00+00:00") == datetime(2026, 11, 22, 8)
        assert clocks.moment_of("2026-11-22T08:00:00") == datetime(2026, 11, 22, 8)
        assert clocks.moment_of(None) is None

    def test_ages_are_said_in_their_largest_unit(self) -> None:
        assert Words("zh").age(timedelta(days=3, hours=4)) == "3 天"
        assert Words("en").age(timedelta(hours=4, minutes=59)) == "4 h"
        assert Words("en").age(timedelta(minutes=2)) == "2 min"
        assert Words("zh").age(timedelta(days=365)) == "365 天"
        assert Words("zh").age(timedelta(days=2070)) == "5 年 8 个月"
        assert Words("en").age(timedelta(days=731)) == "2 yr"

    def test_a_moment_long_ago_is_said_by_its_day(self) -> None:
        now = datetime(2026, 11, 22)
        assert written.moment(datetime(2014, 11, 7), now) == "2014-11-07"
        assert written.moment(datetime(2025, 12, 31, 8), datetime(2026, 1, 2)) == "2025-12-31 08:00"
        assert written.moment(datetime(2026, 11, 20, 8), now) == "11-20 08:00"


class TestReads:
    def test_the_declared_relations_are_those_of_the_schema(self, snapshot: warehouse.Snapshot) -> None:
        connection = warehouse.connect(snapshot.path("full"), read_only=True)
        for table in relations.METADATA.tables.values():
            held = connection.execute(f"SELECT * FROM {table.schema}.{table.name} LIMIT 0").df().columns
            assert {column.name for column in table.columns} <= set(held), table.name
        connection.close()

    def test_a_parent_has_what_its_children_have(self, snapshot: warehouse.Snapshot) -> None:
        whole = records.volume(snapshot, "4201")["inspections_done"]
        parts = records.volume_of_children(snapshot, "4201", "inspections_done")
        assert whole[OCTOBER] == sum(counts[OCTOBER] for counts in parts.values())
        assert len(parts) == len(fixture.DISTRICTS)

    def test_coverage_names_the_sources_of_each_kind(self, snapshot: warehouse.Snapshot) -> None:
        found = records.coverage(snapshot, "4201")
        assert {kind: [clock.source for clock in one.sources] for kind, one in found.items()} == {
            "licensing": ["licensing"], "inspection": ["inspection"], "complaint": ["hotline"]
        }  # fmt: skip
        assert {one.unrecorded for one in found.values()} == {frozenset()}
        assert len({one.as_of for one in found.values()}) == 2

    def test_a_unit_that_no_source_speaks_of_has_no_coverage(self, snapshot: warehouse.Snapshot) -> None:
        found = records.coverage(snapshot, fixture.UNINSPECTED)
        assert found["inspection"] == Coverage()
        assert found["licensing"] == records.coverage(snapshot, "4201")["licensing"]
        named = records.sources_of_children(snapshot, "420112", "inspection")
        assert set(named) == {f"420112-S0{n}" for n in (1, 2, 3)}

    def test_units_stand_in_the_order_of_the_numbers_in_their_codes(self) -> None:
        codes = ["CHI-W10", "CHI", "CHI-W2", "CHI-INS", "CHI-W02"]
        assert sorted(codes, key=records._natural) == ["CHI", "CHI-INS", "CHI-W02", "CHI-W2", "CHI-W10"]

    def test_every_batch_adds_up(self, snapshot: warehouse.Snapshot) -> None:
        assert (quality.batches(snapshot)["off_by"] == 0).all()

    def test_quarantine_is_drilled_by_table_and_rule(self, snapshot: warehouse.Snapshot) -> None:
        rows = quality.quarantine_rows(snapshot, "inspection", "started_at: required")
        assert list(rows["row_number"]) == [17, 18, 41]
        assert len(quality.quarantine_rows(snapshot, None, None)) == 5

    def test_of_a_row_in_quarantine_only_what_may_be_shown_is_read(
        self, snapshot: warehouse.Snapshot
    ) -> None:
        rows = quality.quarantine_rows(snapshot, None, None)
        assert fixture.SECRET not in rows.to_string(max_colwidth=None)
        of_one = rows.set_index("row_number").loc[18]
        assert of_one["row"] == {"inspection_no": "JC-18"} and of_one["hidden"] == [
            "officer_ids",
            "longitude",
        ]

    def test_a_revision_has_old_and_new_of_what_may_be_shown_only(self, snapshot: warehouse.Snapshot) -> None:
        found = quality.revisions(snapshot, "inspection", "unit_id")
        assert list(found["old_unit_id"]) == ["420106-S02"]
        assert list(found["new_unit_id"]) == ["420106-S01"]
        for table in ("inspection", "staff"):
            held = quality.revisions(snapshot, table, None)
            assert fixture.SECRET not in held.to_string()
            assert len(held) == {"inspection": 2, "staff": 1}[table]


class TestCharts:
    points = monthly.series(
        {OCTOBER: 12, NOVEMBER: 3}, monthly.span(date(2026, 12, 1), 24), covered(datetime(2026, 11, 20))
    )

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
    def test_a_trend_draws_partial_hollow_and_missing_as_a_track(self, kind: object) -> None:
        assert kind in KINDS
        chosen = next(one for one in KINDS if one == kind)
        figure = trend(Words("zh"), chosen, dict.fromkeys(chosen.flows, self.points), OCTOBER)
        fills = [list(trace.marker.color) for trace in figure.data if trace.type == "bar"]
        assert all(colours[-2] == theme.PANEL != colours[-3] for colours in fills)
        assert all(trace.y[-1] is None for trace in figure.data if trace.type == "bar")
        tracks = [shape for shape in figure.layout.shapes if shape.fillcolor == theme.TRACK]
        assert len(tracks) == 1
        assert len(figure.data) == len(chosen.flows) + bool(chosen.came)

    def test_a_tile_is_a_picture_with_words(self) -> None:
        assert 'alt="甲 &lt;b&gt;"' in bars(self.points, OCTOBER, 12, "甲 <b>")


def test_texts_from_data_are_escaped() -> None:
    assert "<b>" not in panels.heading("<b>", "<b>") + panels.strip("<b>", ["<b>"], ["<b>"])


def test_the_theme_is_the_same_in_streamlit_and_in_the_pages() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    look = config["theme"]
    assert look["primaryColor"] == theme.IMPROVING
    assert look["backgroundColor"] == theme.BACKGROUND
    assert look["textColor"] == theme.INK
    assert look["borderColor"] == theme.LINE
    assert look["font"] == theme.FONTS
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["address"] == "127.0.0.1"


def test_pages_are_thin_and_hold_no_colour_and_no_query() -> None:
    for path in [ROOT / "dashboard.py", *(ROOT / "pages").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= (60 if path.name == "dashboard.py" else 80), path.name
        assert not re.search(r"#[0-9a-fA-F]{6}|sqlalchemy|plotly|SELECT ", text), path.name


def test_colours_stand_in_the_theme_only() -> None:
    for path in (ROOT / "pages" / "parts").rglob("*.py"):
        if path.name != "theme.py":
            assert not re.search(r"#[0-9a-fA-F]{6}", path.read_text(encoding="utf-8")), path.name


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[AppTest]:
    """The whole app over the warehouse that the test is marked with, or over the published one."""
    directory = getattr(request, "param", None) or request.getfixturevalue("published")
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(directory))
    yield AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=20)


def test_a_server_that_starts_says_nothing_that_nobody_needs() -> None:
    command = [sys.executable, "-c", "import pages.parts.server"]
    said = subprocess.run(
        command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True
    )
    assert said.stderr + said.stdout == ""


def test_an_empty_bureau_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path))
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=20).run()
    assert not app.exception
    assert Words("zh").say("shared.empty_title") in shown(app)


def test_a_file_that_cannot_be_read_is_told_calmly_and_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fixture.publish_broken(tmp_path)
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path))
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=20)
    app.query_params["lang"] = "en"
    app.run()
    assert not app.exception
    assert Words("en").say("shared.failing_title") in shown(app)
    assert "a page failed at" in caplog.text


def test_current_naming_a_lost_snapshot_is_told_calmly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture.point(tmp_path, "s000404")
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path))
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=20).run()
    assert not app.exception
    assert Words("zh").say("shared.failing_title") in shown(app)


def test_the_filters_come_from_the_url_and_nonsense_is_the_default(app: AppTest) -> None:
    app.query_params["unit"] = "420106"
    app.query_params["month"] = "2026-13"
    app.run()
    assert not app.exception
    assert app.selectbox(key="control_unit").value == "420106"
    assert app.selectbox(key="control_month").value == monthly.before(clocks.now()).isoformat()[:7]
    assert "武昌区局(营销部)" in shown(app)


@pytest.mark.parametrize("month", ["1999-01", "2099-12"])
def test_a_month_without_data_is_kept_and_says_so(app: AppTest, month: str) -> None:
    app.query_params["month"] = month
    app.query_params["view"] = "volumes"
    app.run()
    assert not app.exception
    assert app.selectbox(key="control_month").value == month
    said = Words("zh").month(date.fromisoformat(f"{month}-01"))
    assert f"武汉市局(公司)：{said}没有数据。" in shown(app)
    assert 'class="n figure">0' not in shown(app)
    labels = [one.proto.label for one in app.get("page_link")]
    assert any(label.startswith("查看有数据的最近一期：") for label in labels)


def test_a_kind_without_a_source_says_so(app: AppTest) -> None:
    app.query_params["unit"] = fixture.UNINSPECTED
    app.query_params["view"] = "volumes"
    app.run()
    assert not app.exception
    assert "该机构没有检查记录来源" in shown(app)
    assert "检查次数" not in shown(app)


def test_a_choice_is_written_to_the_url_and_a_default_is_not(app: AppTest) -> None:
    app.run()
    app.selectbox(key="control_unit").set_value("420106-S01").run()
    assert app.query_params["unit"] in ("420106-S01", ["420106-S01"])
    app.selectbox(key="control_unit").set_value("4201").run()
    assert "unit" not in app.query_params


def test_a_late_source_is_called_late(app: AppTest) -> None:
    app.run()
    assert re.search(r'class="late">[^<]*投诉[^<]*已过期', shown(app))


def test_the_overview_names_no_person_shop_or_ticket(app: AppTest) -> None:
    app.run()
    assert fixture.SECRET not in shown(app)
    assert "JC-" not in shown(app)
