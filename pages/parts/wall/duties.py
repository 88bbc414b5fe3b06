"""Integrity duties: activities and tasks, done against due over the last twelve months.

Sums of the unit only, months whose counts are withheld left out of both. It must not name who did or missed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from pages.parts import monthly
from pages.parts import words as written
from pages.parts.charts import wall_steps
from pages.parts.charts.wall_shapes import text_width
from pages.parts.reads import screen
from pages.parts.wall import blocks, measured
from pages.parts.wall.board import Board

MONTHS = 12
ACTIVITIES = (
    "three_meetings_one_lesson", "political_study_day", "themed_party_day", "talk", "training", "home_visit",
    "self_check", "pledge", "anti_drug_pledge",
)  # fmt: skip
BESIDE, COUNTS, SIZE = 392.0, 152.0, 20.0
"""What of a line the words beside a bar take, what of that is for the counts, and their size."""
TASKS = ("four_responsibilities_bureau", "four_responsibilities_branch", "three_lists")


def activities_panel(board: Board, width: float) -> str:
    """A line a kind of activity."""
    found = screen.of_unit(board.snapshot, "duty", board.unit_id)
    last = measured.last_complete_month(board, ("activity",))
    first = pd.Timestamp(monthly.shifted(last, 1 - MONTHS))
    recent = found if found.empty else found[pd.to_datetime(found["month"]) >= first]
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
    """A line a name of which anything is known, in the order of the names; bars leave room for the longest counts."""
    known = {} if found.empty else dict(list(found.groupby(column)))
    longest = max((text_width(_counts(*_sums(rows)), SIZE) for rows in known.values()), default=0.0)
    room = width - BESIDE - max(longest - COUNTS, 0)
    return [_line(board, f"wall.{of}_{one}", known[one], room) for one in names if one in known]


def _sums(rows: pd.DataFrame) -> tuple[int | None, int | None]:
    """Done and due of the months whose counts are told; nothing where none is."""
    told = rows[rows["due"].notna() & rows["done"].notna()]
    return (None, None) if told.empty else (int(told["done"].sum()), int(told["due"].sum()))


def _counts(done: int | None, due: int | None) -> str:
    return "" if due is None else f"{written.number(done)} / {written.number(due)}"


def _line(board: Board, key: str, rows: pd.DataFrame, room: float) -> tuple[str, ...]:
    """Done of due as bar, numbers and share; withheld where no month's counts may be shown."""
    name, (done, due) = escape(board.words.say(key)), _sums(rows)
    if done is None or due is None:
        state = "withheld" if (rows["state"] == "suppressed").any() else str(rows["state"].iloc[0])
        return name, wall_steps.part(None, room, 38), "", blocks.absent(board, state)
    share = done / due if due else None
    return (
        name,
        wall_steps.part(share, room, 38),
        f'<span class="soft">{_counts(done, due)}</span>',
        f"<b>{written.short_part(share)}%</b>" if share is not None else "",
    )
