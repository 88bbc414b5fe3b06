"""A process that runs for months keeps neither the reads nor the files of the snapshots that it has passed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from model import warehouse
from model.warehouse import Snapshot
from pages.parts.reads import shared

ASKED: list[str] = []


@shared.cached()
def _read(snapshot: Snapshot, what: str) -> str:
    ASKED.append(snapshot.id)
    return f"{what} of {snapshot.id}"


def test_a_read_is_remembered_with_its_snapshot_and_forgotten_after_a_few_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "_RECENT", [])
    ASKED.clear()
    made = [Snapshot(f"s{number}", tmp_path / f"s{number}", {}) for number in range(shared.REMEMBERED + 1)]
    for snapshot in (made[0], made[1], made[0], made[1]):
        assert _read(snapshot, "count") == f"count of {snapshot.id}"
    assert ASKED == ["s0", "s1"]
    for snapshot in made[2:]:
        _read(snapshot, "count")
    _read(made[0], "count")
    assert ASKED.count("s0") == 2, "forgotten with its snapshot, and read again where it is asked for"


def test_a_surface_asked_for_long_ago_is_closed_and_opens_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "_ENGINES", type(warehouse._ENGINES)())
    made = []
    for number in range(warehouse.OPEN_FILES + 1):
        directory = tmp_path / f"s{number}"
        directory.mkdir()
        warehouse.connect(directory / "screen.duckdb").close()
        made.append(Snapshot(f"s{number}", directory, {}))
    first = made[0].engine("screen")
    assert made[0].engine("screen") is first
    for snapshot in made:
        warehouse.read(snapshot.engine("screen"), text("SELECT 1"))
    assert len(warehouse._ENGINES) == warehouse.OPEN_FILES
    assert first.pool.checkedin() == 0  # type: ignore[attr-defined]
    assert len(warehouse.read(first, text("SELECT 1"))) == 1, "a page that still holds it reads on"
