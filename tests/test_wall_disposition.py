"""Dispositions on the wall: a count that is held back is said to be, and so is a time or share of too few."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from model import warehouse
from pages.parts.reads import screen
from pages.parts.wall import disposition, site, warnings
from pages.parts.wall.board import Board
from pages.parts.words import Language, Words
from tests import warehouse_fixture as fixture

COLUMNS = ["stage", "level", "kind", "count", "state", "median_days", "on_time"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Snapshot:
    directory = tmp_path_factory.mktemp("warehouse")
    fixture.publish(directory)
    return warehouse.open_snapshot(directory)


def cards(
    snapshot: warehouse.Snapshot, patch: pytest.MonkeyPatch, closed: list[object], language: Language
) -> list[str]:
    """What the scene's cards say, with this row of what is closed."""
    found = pd.DataFrame([["raised", "all", "all", 40, "value", None, None], closed], columns=COLUMNS)
    found["count"] = found["count"].astype("Int64")
    read = screen.of_unit
    patch.setattr(
        screen, "of_unit", lambda at, mart, unit: found if mart == "disposition" else read(at, mart, unit)
    )
    board = Board(snapshot, site.site("office"), (), Words(language), "16x9", date(2026, 11, 22))
    assert disposition.disposition(board).rows is found
    shown = re.findall(r'<div class="figure"><p>(.*?)</p>', warnings.draw(board))
    return [re.sub(r"<[^>]*>", "", one) for one in shown]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_held_back_or_of_too_few_is_not_said_to_be_none(
    snapshot: warehouse.Snapshot, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    say = Words(language).say
    held = cards(snapshot, monkeypatch, ["closed", "all", "all", None, "value", 9.5, None], language)
    assert held[2] == say("wall.withheld")
    assert held[3].startswith("9.5") and held[4] == say("wall.too_few")
    few = cards(snapshot, monkeypatch, ["closed", "all", "all", 3, "value", None, None], language)
    assert few[2:5] == ["3", say("wall.too_few"), say("wall.too_few")]
    unknown = cards(
        snapshot, monkeypatch, ["closed", "all", "all", None, "not_computable", None, None], language
    )
    assert unknown[2:5] == [say("wall.not_computable")] * 3
