"""The file of the walls: what is shipped, and that every mistake in a file names the file and the key."""

from __future__ import annotations

import os
import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from model import warehouse
from pages.parts.wall import document
from pages.parts.wall import site as walls
from pages.parts.wall.site import ConfigurationError
from pages.parts.words import LANGUAGES, Language
from tests import warehouse_fixture as fixture

GOOD = """
[hall]
mode = "public"
unit = "420106"
title = { zh = "{unit}公示", en = "{unit} notice" }
footer = { zh = "吸烟有害健康", en = "Smoking is harmful" }
hotline = "12313"
scenes = ["operation", "cells"]
dwell_seconds = 20
quiet_hour = "03:30"
stale = { grace_hours = 2, after_hours = { complaint = 48 } }
"""


def given(text: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = directory / "wall.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(walls.FILE_VARIABLE, str(path))
    return path


def test_what_is_shipped_has_a_wall_of_each_mode_and_the_office_has_every_scene(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(walls.FILE_VARIABLE, raising=False)
    found = walls.configuration().sites
    assert {one.mode for one in found.values()} == set(walls.MODES)
    assert walls.site() == next(iter(found.values())) == walls.site("office")
    assert walls.site().scenes == walls.SCENES


def test_a_wall_says_all_that_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given(GOOD, tmp_path, monkeypatch)
    hall = walls.site("hall")
    assert (hall.mode, hall.unit_id, hall.dwell_seconds, hall.quiet_hour) == (
        "public",
        "420106",
        20,
        time(3, 30),
    )
    assert hall.scenes == ("operation", "cells")
    assert hall.stale == walls.Staleness(timedelta(hours=2), {"complaint": timedelta(hours=48)})
    assert hall.title("zh", "武昌区局") == "武昌区局公示"
    assert hall.footer("en", "Wuchang") == "Smoking is harmful"
    with pytest.raises(KeyError):
        walls.site("nowhere")


def test_a_changed_file_is_read_again_and_has_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = given(GOOD, tmp_path, monkeypatch)
    before = walls.configuration()
    assert walls.configuration() is before
    path.write_text(GOOD.replace("dwell_seconds = 20", "dwell_seconds = 21"), encoding="utf-8")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert walls.site("hall").dwell_seconds == 21
    assert walls.configuration().version != before.version


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('mode = "public"', 'mode = "loud"', "hall.mode"),
        ("dwell_seconds = 20", "dwell_seconds = 1", "hall.dwell_seconds"),
        ("dwell_seconds = 20", "dwell_seconds = true", "hall.dwell_seconds"),
        ("dwell_seconds = 20", "", "hall.dwell_seconds"),
        ("dwell_seconds = 20", "dwel_seconds = 20", "hall.dwel_seconds"),
        ('"cells"]', '"dance"]', "hall.scenes"),
        ('"cells"]', '"operation"]', "hall.scenes"),
        ('["operation", "cells"]', "[]", "hall.scenes"),
        ('"03:30"', '"25:00"', "hall.quiet_hour"),
        ('"03:30"', "3", "hall.quiet_hour"),
        (', en = "{unit} notice"', "", "hall.title"),
        ('en = "{unit} notice"', "en = 5", "hall.title.en"),
        ('unit = "420106"', "unit = 420106", "hall.unit"),
        ("complaint = 48", "complaints = 48", "hall.stale.after_hours.complaints"),
        ("complaint = 48", 'complaint = "48"', "hall.stale.after_hours.complaint"),
        ("grace_hours = 2", "grace_hours = -1", "hall.stale.grace_hours"),
        ("grace_hours = 2", "grace_days = 2", "hall.stale"),
        (GOOD, "hall = 5", "hall"),
        (GOOD, "", "names no site"),
        ("[hall]", "[hall", "line 2"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(
    old: str, new: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert old in GOOD
    path = given(GOOD.replace(old, new), tmp_path, monkeypatch)
    with pytest.raises(ConfigurationError) as told:
        walls.configuration()
    assert str(path) in str(told.value)
    assert key in str(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(walls.FILE_VARIABLE, str(tmp_path / "none.toml"))
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        walls.site()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wall_of_a_unit_that_is_not_on_record_says_so_and_shows_nothing_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    fixture.publish(tmp_path / "warehouse")
    snapshot = warehouse.open_snapshot(tmp_path / "warehouse")

    def drawn(unit: str) -> str:
        given(GOOD.replace("420106", unit), tmp_path, monkeypatch)
        return document.document(snapshot, "hall", None, language, "16x9", datetime(2026, 11, 22, 12))

    known, unknown = drawn("420106"), drawn("420199")
    assert fixture.DISTRICTS["420106"] in known and "420106" not in known
    assert unknown.count('class="grid failed"') == unknown.count("data-scene=") == 2
    assert unknown.count("420199") > 2
    assert not any(name in unknown for name in fixture.DISTRICTS.values())


def test_in_the_new_year_a_panel_says_of_which_year_its_records_are(tmp_path: Path) -> None:
    """The same snapshot, drawn on the last day of its year and on the first of the next."""
    fixture.publish(tmp_path / "warehouse", clock=fixture.Clock(datetime(2026, 12, 31, 8)))
    snapshot = warehouse.open_snapshot(tmp_path / "warehouse")

    def told(day: datetime) -> str:
        drawn = document.document(snapshot, None, None, "zh", "16x9", day)
        return re.sub(r"<svg.*?</svg>|<[^>]*>", " ", drawn, flags=re.DOTALL)

    short = re.compile(r"(?<![\d-])12-3[01]\b")
    last, first = told(datetime(2026, 12, 31, 12)), told(datetime(2027, 1, 1, 0, 1))
    assert short.findall(last) and "2026-12-31" not in last
    assert "2026-12-31" in first and not short.findall(first)
