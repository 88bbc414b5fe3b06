"""What the wall tells as an indicator's newest value: none of a month that it is not known for."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from pages.parts.reads import screen
from pages.parts.wall.board import Board
from pages.parts.wall.measured import measured
from pages.parts.words import Words

ROW = {
    "indicator_id": "L1", "variation": None, "assurance": None, "signal": None, "lower": None, "upper": None,
    "centre": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("known_until", "state", "value"),
    [(datetime(2027, 3, 31), "value", 0.8), (datetime(2026, 12, 31), "stale", None)],
)
def test_a_number_that_ends_before_its_records_is_not_told_as_the_newest(
    monkeypatch: pytest.MonkeyPatch, known_until: datetime, state: str, value: float | None
) -> None:
    rows = pd.DataFrame(
        [
            ROW | {"month": date(2026, 12, 1), "value": 0.9, "state": "value"},
            ROW | {"month": date(2027, 3, 1), "value": value, "state": state},
        ]
    )
    monkeypatch.setattr(screen, "trend", lambda *given: rows)
    monkeypatch.setattr(screen, "indicators", lambda snapshot: {"L1": ("computed", known_until)})
    delivered = datetime(2027, 3, 31, 23, 59, 59)
    board: Any = SimpleNamespace(
        snapshot=None, unit_id="U", words=Words("zh"), as_of=lambda tables: delivered, published=delivered
    )
    (found,) = measured(cast(Board, board), ["L1"])
    assert (found.state, found.value) == (state, value)
