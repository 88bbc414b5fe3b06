"""A small published warehouse with an empty inbox (one unit, two officers, one cell, shop, licence and ticket).

Tests deliver into it and run the loader over it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from etl_helpers import (
    SEEDS,
    Result,
    Row,
    with_parents,
)

VISIT = SEEDS["inspection"]
HEADER = "inspection_no,unit_id,inspection_kind,started_at,recording_id\n"
LINE = "I{0},U1,routine,2026-01-05 09:00:00,{1}\n"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("published")
    with_parents(place)
    shutil.rmtree(place / "inbox")
    return place


@pytest.fixture
def place(published: Path, tmp_path: Path) -> Path:
    """A warehouse that holds one lawful record of each referred-to table, and an empty inbox."""
    shutil.copytree(published, tmp_path / "place")
    return tmp_path / "place"


def visits(count: int, **more: object) -> list[Row]:
    return [{**VISIT, "inspection_no": f"I{number}", **more} for number in range(1, count + 1)]


def loaded_visits(result: Result) -> list[tuple[Any, ...]]:
    return result.query("SELECT inspection_no, recording_id FROM record.inspection ORDER BY 1")


def refused(result: Result, name: str) -> str:
    """The error of a refused file; the run goes on with the others, publishes, and says so by its exit code."""
    file = result.file(name)
    assert file["status"] == "refused", file
    assert (result.code, result.json["published"]) == (3, True)
    return str(file["error"])
