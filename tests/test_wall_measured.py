"""What the wall tells as an indicator's newest value: none of a month that it is not known for."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from pages.parts.charts import wall_steps
from pages.parts.reads import screen
from pages.parts.wall import blocks, headline, queues
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


@pytest.mark.parametrize(
    ("capacities", "remark", "share"),
    [([40, 60], "100", 0.5), ([40, None], "40", 0.25), ([None, None], "", None)],
)
def test_places_are_held_against_the_cells_whose_capacity_is_known(
    monkeypatch: pytest.MonkeyPatch, capacities: list[int | None], remark: str, share: float | None
) -> None:
    cells = pd.DataFrame({"occupied": [10, 40], "capacity": pd.array(capacities, dtype="Int64")})
    monkeypatch.setattr(screen, "cells", lambda *given: cells)
    monkeypatch.setattr(wall_steps, "part", lambda done, width, height: str(done))
    board: Any = SimpleNamespace(snapshot=None, below=(), shape="16x9", words=Words("zh"))
    card = headline._retailers(cast(Board, board))
    assert card.number == "50" and card.remark.replace("规划容量", "").strip() == remark
    assert card.picture == str(share)


@pytest.mark.parametrize(
    ("capacities", "said"),
    [([], "wall.nothing"), ([None, None], "wall.nothing"), ([40, None], "wall.no_queue")],
)
def test_a_queue_that_no_source_tells_of_is_not_told_to_be_empty(
    monkeypatch: pytest.MonkeyPatch, capacities: list[int | None], said: str
) -> None:
    size = len(capacities)
    cells = pd.DataFrame({"cell_id": ["A", "B"][:size], "queued": [0] * size, "capacity": capacities})
    monkeypatch.setattr(queues.market, "market", lambda board: queues.market.Market(cells))
    monkeypatch.setattr(blocks, "nothing", lambda board, key="wall.nothing": key)
    monkeypatch.setattr(blocks, "panel", lambda board, name, title, what, body, tables, width: body)
    board: Any = SimpleNamespace(words=Words("zh"))
    assert queues.table_panel(cast(Board, board), 5, 400.0) == said
