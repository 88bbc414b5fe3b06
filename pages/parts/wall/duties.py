"""Integrity duties: activities and tasks, done against due over the last twelve months.

Sums of the unit only, months whose counts are withheld left out of both. It must not name who did or missed one.
"""

from __future__ import annotations

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
    say, found = board.words.say, screen.of_unit(board.snapshot, "duty", board.unit_id)
    known = found[found["month"].notna()] if not found.empty else found
    if known.empty:
        return blocks.panel(
            board, "duties", say("wall.duties"), "", blocks.nothing(board), ("activity",), width=width
        )
    months = sorted(set(known["month"]))[-MONTHS:]
    recent = known[known["month"].isin(months)]
    lines = [
        _line(board, f"wall.activity_{kind}", recent[recent["activity_kind"] == kind], width)
        for kind in ACTIVITIES
        if (recent["activity_kind"] == kind).any()
    ]
    what = say("wall.last_months", count=MONTHS)
    return blocks.panel(
        board,
        "duties",
        say("wall.duties"),
        what,
        blocks.rows("duties", lines),
        ("activity",),
        width=width,
        look="fill",
    )


def tasks_panel(board: Board, width: float) -> str:
    """A line a list of responsibilities."""
    say, found = board.words.say, screen.of_unit(board.snapshot, "oversight", board.unit_id)
    known = found[found["framework"].notna()] if not found.empty else found
    if known.empty:
        return blocks.panel(
            board, "tasks", say("wall.tasks"), "", blocks.nothing(board), ("oversight_task",), width=width
        )
    lines = [
        _line(board, f"wall.task_{name}", known[known["framework"] == name], width)
        for name in TASKS
        if (known["framework"] == name).any()
    ]
    what = say("wall.last_months", count=MONTHS)
    return blocks.panel(
        board,
        "tasks",
        say("wall.tasks"),
        what,
        blocks.rows("duties", lines),
        ("oversight_task",),
        width=width,
    )


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
