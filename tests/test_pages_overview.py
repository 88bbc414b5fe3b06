"""The board of the overview: what a month of an indicator is, what changed since the last edition, the branches."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model import warehouse
from model.indicators import catalogue
from pages.parts import board, clocks, judged, monthly, theme
from pages.parts import words as written
from pages.parts.charts import icon, spark
from pages.parts.judged import Line, Spot
from pages.parts.reads import edition, indicators
from pages.parts.words import Words
from tests import judged_fixture as given
from tests import warehouse_fixture as fixture
from tests.demo_site import shown

ROOT = Path(__file__).parent.parent
UNIT = "420106"


@pytest.mark.parametrize("given", ["5s", "0", "-1", "nan", "inf"])
def test_a_pause_between_looks_that_is_none_is_told_by_its_variable(given: str) -> None:
    assert (clocks.poll_seconds(None), clocks.poll_seconds(""), clocks.poll_seconds("0.5")) == (5, 5, 0.5)
    with pytest.raises(ValueError, match=f"INTEGRITY_POLL_SECONDS: '{given}': expected seconds"):
        clocks.poll_seconds(given)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two snapshots: in the second the newest number of one indicator is lower, and one warning is new."""
    directory = tmp_path_factory.mktemp("warehouse")
    first = fixture.publish(directory)
    fixture.publish(directory, sequence=2, previous=first, moved=-0.05)
    return directory


@pytest.fixture
def snapshot(published: Path) -> warehouse.Snapshot:
    return warehouse.open_snapshot(published)


@pytest.fixture
def lines(snapshot: warehouse.Snapshot) -> dict[str, Line]:
    months = monthly.span(monthly.before(clocks.now()), 24)
    found = judged.lines(
        catalogue().indicators.values(),
        indicators.of_unit(snapshot, UNIT, months[0], months[-1]),
        indicators.states(snapshot),
        indicators.windows(snapshot, UNIT, monthly.last_day(months[-1])),
        months,
    )
    return {one.item.id: one for one in found}


def test_every_declared_indicator_has_a_line_and_says_why_it_has_no_number(lines: dict[str, Line]) -> None:
    assert set(lines) == set(catalogue().indicators)
    states = {
        name: lines[name].here.state for name in (given.STEADY, given.FEW, given.SILENT, given.UNKNOWN, "L14")
    }
    assert list(states.values()) == ["value", "suppressed", "no_data", "not_computable", "by_cell"]
    assert lines[given.UNKNOWN].missing
    assert lines[given.FEW].here.value is None


def test_too_few_in_a_month_shows_the_shortest_stretch_that_holds_enough(lines: dict[str, Line]) -> None:
    stretch = lines[given.FEW].stretch
    assert stretch is not None
    assert (stretch.months, stretch.observations) == (12, 36)
    said = board.value(Words("zh"), lines[given.FEW])
    assert (said["text"], said["under"], said["tone"]) == ("样本不足", "近12月 98.0%", "absent")
    assert lines[given.FALLING].stretch is None


def test_a_number_that_is_no_share_says_what_it_counts() -> None:
    items = {name: one for name, one in catalogue().indicators.items() if one.kind in ("mean", "rate")}
    counted = {name: board.measure(Words("zh"), one) for name, one in items.items()}
    assert counted == dict.fromkeys(items, "") | {"L3": "工作日", "H5": "件/千户"}
    here = Spot(date(2026, 10, 1), "value", value=4.5)
    assert board.value(Words("en"), Line(items["L3"], here, (here,)))["under"] == "working days"
    partial = replace(here, is_partial=True)
    assert board.value(Words("zh"), Line(items["L3"], partial, (partial,)))["under"] == Words("zh").say(
        "shared.partial"
    )


@pytest.mark.parametrize(
    ("indicator", "count", "said"), [("L3", 9, "少于 10"), ("L3", 10, "分到"), ("I8", 36, "分到")]
)
def test_a_sample_that_is_large_enough_but_for_its_kinds_is_not_called_smaller_than_itself(
    indicator: str, count: int, said: str
) -> None:
    here = Spot(date(2026, 10, 1), "suppressed", observations=count)
    shown = board.value(Words("zh"), Line(catalogue().indicators[indicator], here, (here,)))
    assert said in shown["title"] and f"{count}" in shown["title"]


def test_changes_are_those_of_whole_months(lines: dict[str, Line]) -> None:
    line = lines[given.FALLING]
    assert line.on_month == pytest.approx(line.spots[-1].value - line.spots[-2].value)
    assert line.on_year == pytest.approx(line.spots[-1].value - line.spots[-13].value)
    frame = pd.DataFrame(
        [
            dict.fromkeys(Spot.__dataclass_fields__)
            | {"month": date(2026, 11, 1), "state": "value", "value": 1.0}
        ]
    )
    assert judged.spots(frame.to_dict("records"), date(2026, 11, 20))[0].is_partial
    assert not judged.spots(frame.to_dict("records"), date(2026, 11, 30))[0].is_partial


def test_icons_point_where_the_numbers_go(lines: dict[str, Line]) -> None:
    assert (lines[given.FALLING].here.variation, lines[given.FALLING].way) == ("concerning", "down")
    assert (lines[given.RISING].here.variation, lines[given.RISING].way) == ("improving", "up")
    assert lines[given.STEADY].way == "level"
    drawn = {
        name: unquote(icon.variation(lines[name].here.variation, lines[name].way))
        for name in (given.FALLING, given.RISING)
    }
    assert theme.CONCERNING in drawn[given.FALLING] and theme.IMPROVING in drawn[given.RISING]
    assert icon.variation("unknown", "level") == ""


def test_a_picture_colours_fired_points_and_draws_states_apart(lines: dict[str, Line]) -> None:
    falling = unquote(spark.line(lines[given.FALLING].spots, 0.98))
    assert falling.count(theme.CONCERNING) == 4 and theme.TARGET in falling
    assert theme.CONCERNING not in unquote(spark.line(lines[given.STEADY].spots, 1.0))
    few, silent = (unquote(spark.line(lines[name].spots, 1.0)) for name in (given.FEW, given.SILENT))
    assert theme.ORDINARY in few and "<rect" not in few and theme.TARGET not in few
    assert "<rect" in silent and theme.ORDINARY not in silent


def test_numbers_are_written_as_they_are_read() -> None:
    assert (
        written.value(0.9926, "proportion"),
        written.value(7.44, "mean"),
        written.value(0.254, "rate"),
    ) == ("99.3%", "7.4", "0.25")
    assert (written.aim(1.0, "proportion"), written.aim(0.0, "share"), written.aim(1.5, "rate")) == (
        "100%",
        "0",
        "1.5",
    )
    assert (
        written.difference(-0.0018, "proportion"),
        written.difference(0.0, "mean"),
        written.difference(0.5, "rate"),
    ) == ("−0.2", "0.0", "+0.50")
    assert written.value(None, "mean") == written.aim(None, "mean") == written.difference(None, "mean") == "—"


def test_what_moved_since_the_last_snapshot(snapshot: warehouse.Snapshot) -> None:
    earlier = edition.before(snapshot)
    assert earlier is not None and edition.before(earlier) is None
    moved = edition.moved(snapshot, earlier, UNIT, monthly.before(clocks.now()))
    assert list(moved["indicator_id"]) == [given.FALLING]
    assert (moved["before"] - moved["after"]).iloc[0] == pytest.approx(0.05)
    assert edition.warnings(snapshot, earlier, UNIT) == {"raised": 1, "withdrawn": 0}
    assert edition.warnings(snapshot, earlier, "420107") == {"raised": 0, "withdrawn": 0}


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, published: Path) -> AppTest:
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=20)
    app.query_params["unit"] = UNIT
    return app


def test_the_strip_names_what_moved(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert '<span class="attention">按期办结率</span> ' in shown(app)
    assert "新触发提示 1 条，撤回 0 条" in shown(app)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_board_is_filtered_and_grouped_by_the_url(app: AppTest, language: str) -> None:
    app.query_params |= {"lang": language, "dimension": "conduct", "group": "dimension"}
    app.run()
    assert not app.exception
    assert app.selectbox(key="control_dimension").value == "conduct"
    assert app.selectbox(key="control_group").value == "dimension"
    assert fixture.SECRET not in shown(app)


def test_what_the_sources_do_not_record_stands_last_and_says_so(app: AppTest) -> None:
    app.run()
    rows = json.loads(app.get("bidi_component")[0].proto.json)["rows"]
    assert {one["key"] for one in rows} == set(catalogue().indicators)
    absent = [one["group"].startswith("无法计算") for one in rows]
    assert absent == sorted(absent) and not all(absent)
    assert given.UNKNOWN in {one["key"] for one, is_absent in zip(rows, absent, strict=True) if is_absent}
    assert rows[-1]["group"] == f"无法计算 {sum(absent)} 项：来源没有记录所需内容"


def test_the_first_edition_has_nothing_to_compare(app: AppTest, published: Path) -> None:
    fixture.point(published, "s000001")
    app.run()
    fixture.point(published, "s000002")
    assert "首版或上一版已不保留" in shown(app)
