"""Portraits as a wall shows them: scores of units and of the six kinds of integrity units, beside their peers.

No person is portrayed here; a rank is a range, never a place. It must not draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from model.numerals import fixed
from pages.parts.reads import screen
from pages.parts.reads.shared import number
from pages.parts.wall.board import Board

DIMENSIONS = ("officials", "enterprise", "governance", "conduct")
OVERALL = "overall"
TABLES = ("licence_application", "inspection", "enforcement_case", "complaint", "activity")


@dataclass(frozen=True)
class Score:
    """One score of one subject in one dimension."""

    subject_id: str
    dimension: str
    score: float | None
    low: float | None
    high: float | None
    rank_low: int | None
    rank_high: int | None
    coverage: float | None
    state: str
    level: str
    peers: tuple[float, ...] = ()


def scores(board: Board, subject_kind: str = "unit") -> list[Score]:
    """The newest scores of all subjects of a kind, each with those of its peers."""
    found = screen.portraits(board.snapshot, [subject_kind])
    rows = [_score(row) for row in found.to_dict("records")] if not found.empty else []
    return [_with_peers(one, rows) for one in rows]


def of_unit(board: Board) -> list[Score]:
    """The wall's own unit in the four dimensions; where it has no peers, the ticks are the units below it."""
    found = {one.dimension: one for one in scores(board) if one.subject_id == board.unit_id}
    everyone = scores(board)
    inside = {
        dimension: tuple(
            one.score
            for one in everyone
            if one.dimension == dimension and one.score is not None
            and one.subject_id in board.below and one.subject_id != board.unit_id
        )
        for dimension in DIMENSIONS
    }  # fmt: skip
    nothing = {
        dimension: Score(board.unit_id, dimension, None, None, None, None, None, None, "no_data", "")
        for dimension in DIMENSIONS
    }
    shown = [found.get(dimension, nothing[dimension]) for dimension in DIMENSIONS]
    return [one if one.peers else _replace(one, inside[one.dimension]) for one in shown]


def figure(score: float | None) -> str | None:
    return None if score is None else fixed(score, 0)


def _with_peers(one: Score, everyone: list[Score]) -> Score:
    """A unit is beside units of its own kind only."""
    peers = tuple(
        other.score
        for other in everyone
        if other.dimension == one.dimension and other.level == one.level and other.score is not None
        and other.subject_id != one.subject_id
    )  # fmt: skip
    return _replace(one, peers)


def _replace(one: Score, peers: tuple[float, ...]) -> Score:
    return Score(**{**one.__dict__, "peers": peers})


def _score(row: Mapping[Any, Any]) -> Score:
    return Score(
        subject_id=str(row["subject_id"]),
        dimension=str(row["dimension"]),
        score=number(row["score"]),
        low=number(row["score_lower"]),
        high=number(row["score_upper"]),
        rank_low=_whole(row["rank_low"]),
        rank_high=_whole(row["rank_high"]),
        coverage=number(row["coverage"]),
        state=str(row["state"]),
        level=str(row["level"]),
    )


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
