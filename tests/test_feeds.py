"""The birth certificate of a feed: who produces it, how often it comes, and what follows when it is late."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from etl import run, status
from etl.feeds import Feed, defaults, feeds
from etl.gather import Warehouse
from etl.mapping import MappingError
from model.contract import TABLES, VAULT

ROOT = Path(__file__).parent.parent
UNITS = "unit_id,name,unit_type\nU1,甲局,county_bureau\n"


def declared(place: Path, text: str) -> Warehouse:
    """A warehouse with this feeds.toml beside it."""
    (place / "feeds.toml").write_text(text, encoding="utf-8")
    return Warehouse(place / "warehouse")


def test_a_feed_that_comes_later_than_declared_is_late(tmp_path: Path) -> None:
    place = declared(tmp_path, '[org_unit]\nproducer = "人事系统"\ncadence_days = 7\n')
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "org_unit-2026-01-31.csv").write_text(UNITS, encoding="utf-8")
    run.run(tmp_path / "inbox", place, [], lambda *_: None)
    assert [(one["source"], one["cadence_days"]) for one in status.late_sources(place)] == [
        ("feed.org_unit", 7)
    ]


def test_without_a_declaration_a_feed_that_has_stopped_is_late(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "org_unit-2026-01-31.csv").write_text(UNITS, encoding="utf-8")
    place = Warehouse(tmp_path / "warehouse")
    run.run(tmp_path / "inbox", place, [], lambda *_: None)
    assert [(one["source"], one["cadence_days"]) for one in status.late_sources(place)] == [
        ("feed.org_unit", 31)
    ]


def test_every_table_has_a_rhythm_that_is_declared_once() -> None:
    groups = tomllib.loads((ROOT / "etl" / "feed_defaults.toml").read_text(encoding="utf-8"))
    named = [table for group in groups.values() for table in group["tables"]]
    assert sorted(named) == sorted([*TABLES, VAULT.name])
    assert defaults()["complaint"] == Feed(cadence_days=31)


def test_a_declaration_is_read_whole(tmp_path: Path) -> None:
    place = declared(tmp_path, '[complaint]\nowner = "办公室"\nlicence = "内部"\ncadence_days = 1\n')
    assert feeds(place) == defaults() | {"complaint": Feed(owner="办公室", licence="内部", cadence_days=1)}


def test_a_declaration_without_a_rhythm_keeps_the_default(tmp_path: Path) -> None:
    place = declared(tmp_path, '[complaint]\nowner = "办公室"\n')
    assert feeds(place)["complaint"] == Feed(owner="办公室", cadence_days=31)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[inspections]\n", "feeds.toml: inspections: is no table"),
        ("[complaint]\ncadence = 1\n", "feeds.toml: complaint.cadence: is unknown"),
        ('[complaint]\ncadence_days = "1"\n', "feeds.toml: complaint.cadence_days: is '1'"),
        ("[complaint]\ncadence_days = 0\n", "feeds.toml: complaint.cadence_days: is 0"),
        ("complaint = 1\n", "feeds.toml: complaint: expected a table"),
        ("[complaint\n", "feeds.toml: "),
    ],
)
def test_a_wrong_declaration_names_file_key_and_reason(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(MappingError, match=named.replace(".", r"\.").replace("'", ".")):
        feeds(declared(tmp_path, text))
