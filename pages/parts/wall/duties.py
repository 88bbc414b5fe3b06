"""Integrity duties: activities and tasks, done against due over the last twelve months.

Sums of the unit only, months whose counts are withheld left out of both. It must not name who did or missed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from pages.parts import words as written
from pages.parts.charts import wall_steps
from pages.parts.reads import screen
from pages.parts.wall import blocks
from pages.parts.wall.board import Board

MONTHS = 12
ACTIVITIES = (
    "three_meetings_one_lesson", "political_study_day", "themed_party_day", "talk", "training", "home_visit",
    "self_check", "pledge", "anti_drug_pledge",
)  # fmt: skip
TASKS = ("four_responsibilities_bureau", "four_responsibilities_branch", "three_lists")


def activities_panel(board: Board, width: float) -> str:
    """A line a kind of activity."""
    found = screen.of_unit(board.snapshot, "duty", board.unit_id)
    months = sorted(set(found["month"].dropna()))[-MONTHS:] if not found.empty else []
    recent = found[found["month"].isin(months)] if months else found[:0]
    lines = _lines(board, "activity", ACTIVITIES, recent, "activity_kind", width)
    what = board.words.say("wall.last_months", count=MONTHS)
    return blocks.table(board, "duties", what, lines, ("activity",), width=width, is_filling=True)


def tasks_panel(board: Board, width: float) -> str:
    """A line a list of responsibilities."""
    found = screen.of_unit(board.snapshot, "oversight", board.unit_id)
    lines = _lines(board, "task", TASKS, found, "framework", width)
    what = board.words.say("wall.last_months", count=MONTHS)
    return blocks.table(board, "tasks", what, lines, ("oversight_task",), width=width, rows_look="duties")


def _lines(
    board: Board, of: str, names: Sequence[str], found: pd.DataFrame, column: str, width: float
) -> list[tuple[str, ...]]:
    """A line a name of which anything is known, in the order of the names."""
    known = {} if found.empty else dict(list(found.groupby(column)))
    return [_line(board, f"wall.{of}_{one}", known[one], width) for one in names if one in known]


def _line(board: Board, key: str, rows: pd.DataFrame, width: float) -> tuple[str, ...]:
    """Done of due as bar, numbers and share; withheld where no month's counts may be shown."""
    told = rows[rows["due"].notna() & rows["done"].notna()]
    if told.empty:
        state = "withheld" if (rows["state"] == "suppressed").any() else str(rows["state"].iloc[0])
        return (
            escape(board.words.say(key)),
            wall_steps.part(None, width - 392, 38),
            "",
            blocks.absent(board, state),
        )
    due, done = int(told["due"].sum()), int(told["done"].sum())
    share = done / due if due else None
    return (
        escape(board.words.say(key)),
        wall_steps.part(share, width - 392, 38),
        f'<span class="soft">{written.number(done)} / {written.number(due)}</span>',
        f"<b>{share:.1%}</b>".replace("100.0", "100") if share is not None else "",
    )
