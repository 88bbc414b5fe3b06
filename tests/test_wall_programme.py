"""The panel of digital scenarios on the wall: each state of a count is drawn in its own way, and no name is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from html import escape

import pandas as pd
import pytest

from ledger.programme.steps import steps
from model import warehouse
from pages.parts.reads import screen
from pages.parts.wall import duties, frameworks, programme, site
from pages.parts.wall.board import Board
from pages.parts.words import Language, Words, capital
from tests import warehouse_fixture as fixture

Row = tuple[str, int | None, int | None, str]
Panel = Callable[[list[Row], Language], str]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Snapshot:
    directory = tmp_path_factory.mktemp("warehouse")
    fixture.publish(directory)
    return warehouse.open_snapshot(directory)


@pytest.fixture
def panel(snapshot: warehouse.Snapshot, monkeypatch: pytest.MonkeyPatch) -> Panel:
    """The panel over a screen surface with these rows."""

    def drawn(rows: list[Row], language: Language = "zh") -> str:
        found = pd.DataFrame(rows, columns=["stage", "step", "count", "state"])
        monkeypatch.setattr(screen, "scenarios", lambda _: found)
        board = Board(snapshot, site.site("office"), (), Words(language), "16x9", date(2026, 11, 22))
        return programme.scenarios_panel(board, 520)

    return drawn


def told(drawn: str) -> list[str]:
    """What the cells of the panel say, without their pictures."""
    cells = re.findall(r'<div class="cell">(.*?)</div>', drawn)
    return [text for one in cells if (text := re.sub(r"<svg.*?</svg>|<[^>]*>", "", one))]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_of_the_eight_steps_has_its_declared_name_and_its_count(
    panel: Panel, language: Language
) -> None:
    rows: list[Row] = [
        ("posted", None, 18, "value"),
        ("claimed", None, 9, "value"),
        ("launched", None, 0, "zero"),
    ]
    rows += [("at_step", step, step % 4, "value" if step % 4 else "zero") for step in range(1, 9)]
    drawn, words = panel(rows, language), Words(language)
    assert re.findall(r"<dd><b>(.*?)</b></dd><dt>(.*?)</dt>", drawn) == [
        (count, words.say(f"wall.scenario_{stage}"))
        for count, stage in (("18", "posted"), ("9", "claimed"), ("0", "launched"))
    ]
    named = [
        f"{number} {words.pick(one.name.zh, capital(one.name.en))}" for number, one in enumerate(steps(), 1)
    ]
    assert told(drawn) == [
        part for number, name in enumerate(named, 1) for part in (escape(name), str(number % 4))
    ]
    assert drawn.count('class="f-bar"') == sum(bool(step % 4) for step in range(1, 9)), (
        "zero is drawn as no bar"
    )


def test_a_count_that_is_not_to_be_shown_is_worded_and_never_a_zero(panel: Panel) -> None:
    drawn = panel(
        [("posted", None, 12, "value"), ("at_step", 1, None, "suppressed"), ("at_step", 2, 0, "zero")], "zh"
    )
    assert told(drawn)[1::2] == [Words("zh").say("wall.too_few"), "0"]
    assert 'class="absent suppressed' in drawn


@pytest.mark.parametrize(
    ("state", "word"), [("no_data", "wall.nothing"), ("not_computable", "wall.unrecorded")]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_scenarios_or_without_a_source_the_panel_says_which(
    panel: Panel, language: Language, state: str, word: str
) -> None:
    drawn = panel([("posted", None, None, state), ("at_step", 1, None, state)], language)
    assert escape(Words(language).say(word)) in drawn and not told(drawn)


def test_a_surface_without_the_table_says_that_there_is_nothing_yet(panel: Panel) -> None:
    assert Words("zh").say("wall.nothing") in panel([], "zh")


def test_the_panel_grows_stale_with_the_source_of_scenarios(panel: Panel) -> None:
    drawn = panel([("posted", None, 3, "value")], "zh")
    assert 'data-sources="scenario"' in drawn and "data-stale-note" in drawn


@pytest.mark.parametrize(
    ("projects", "stage"),
    [
        ({"standardising": 0.5}, "standardising"),
        ({"not_started": 0.0}, "not_started"),
        ({"stopped": None, "piloting": 0.25}, "piloting"),
        ({"stopped": None}, "stopped"),
        ({"not_started": 0.0, "rolling_out": 0.75, "completed": 1.0}, "standardising"),
        ({"rolling_out": 0.75, "completed": 1.0}, "rolling_out"),
        ({"not_started": 0.0, "planning": 0.0}, "planning"),
    ],
)
def test_many_projects_are_said_to_be_where_their_picture_shows_them(
    snapshot: warehouse.Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    projects: dict[str, float | None],
    stage: str,
) -> None:
    known = [one for one in projects.values() if one is not None]
    rows = [*projects.items(), ("all", sum(known) / len(known) if known else None)]
    found = pd.DataFrame(
        [("six_integrity_units", "cadre", *row) for row in rows],
        columns=["framework", "item", "stage", "progress"],
    )
    monkeypatch.setattr(screen, "of_unit", lambda *_: found)
    board = Board(snapshot, site.site("office"), (), Words("zh"), "16x9", date(2026, 11, 22))
    (one,) = frameworks.progress(board, "six_integrity_units")
    assert (one.stage, one.reached) == (stage, 4 * sum(known) / len(known) if known else 0)


def test_activities_are_of_the_last_twelve_months_of_the_calendar(
    snapshot: warehouse.Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a unit that has a training every half year."""
    months = pd.to_datetime(["2024-05-01", "2024-11-01", "2025-05-01", "2025-11-01", "2026-05-01"])
    found = pd.DataFrame(
        {
            "month": months,
            "activity_kind": "training",
            "due": 20,
            "done": 18,
            "on_time": 0.9,
            "state": "value",
        }
    )
    monkeypatch.setattr(screen, "of_unit", lambda *_: found)
    monkeypatch.setattr(Board, "as_of", lambda *_: datetime(2026, 10, 31))
    board = Board(snapshot, site.site("office"), (), Words("zh"), "16x9", date(2026, 11, 22))
    drawn = duties.activities_panel(board, 900)
    assert "36 / 40" in drawn and "90 / 100" not in drawn
