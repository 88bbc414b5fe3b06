"""Every step of the three processes against its standard: median, slow tenth, limit, share within, and what waits.

A step without a limit of law or record is shown by its time alone: no standard is invented for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from model.process import processes
from pages.parts import words as written
from pages.parts.charts import wall_step
from pages.parts.charts.wall_step import Step
from pages.parts.reads import screen
from pages.parts.reads.shared import number
from pages.parts.wall import blocks
from pages.parts.wall.board import Board

WINDOW_MONTHS = 3
PROCESSES = ("licence", "enforcement", "complaint")
AXES = ((10, 2), (15, 5), (20, 5), (30, 10), (60, 20), (90, 30), (120, 30), (180, 60), (365, 90))
"""The days that an axis ends with and those between its marks: the shortest that holds every step and limit."""
TABLES = ("licence_application", "enforcement_case", "complaint")
JAM = 0.9
"""A step is where work jams once more than a tenth of its records miss the limit: the bar crosses the tick."""


def panel(board: Board, width: float, height: float, inside: float) -> str:
    """The panel of all processes."""
    found = screen.steps(board.snapshot, board.unit_id, WINDOW_MONTHS)
    groups = [] if found.empty else [
        _group(board, process, found[found["process"] == process], width, height) for process in PROCESSES
    ]  # fmt: skip
    say = board.words.say
    body = "".join(groups) or blocks.nothing(board)
    legend = blocks.legend(
        [("median", say("wall.median")), ("slow", say("wall.slow")), ("limit", say("wall.limit"))]
    )
    what = say("wall.last_months", count=WINDOW_MONTHS)
    return blocks.panel(
        board, "process", say("wall.process"), what, body + legend, TABLES, width=inside, look="steps"
    )


def _group(board: Board, process: str, rows: pd.DataFrame, width: float, height: float) -> str:
    """One process: its name over its axis, then a line a step."""
    known = rows.to_dict("records")
    axis = _axis(rows)
    scale = wall_step.scale(axis[-1], width)
    day_kind = str(known[0]["day_kind"]) if known else "calendar"
    head = (
        f"<h3>{escape(board.words.say(f'wall.process_{process}'))}</h3>",
        wall_step.axis(scale, axis, width),
        escape(board.words.say(f"wall.days_{day_kind}")),
        escape(board.words.say("wall.within")),
    )
    lines = [_line(board, process, row, axis, width, height) for row in known]
    if not lines:
        return blocks.rows("process", [], head) + blocks.nothing(board)
    return blocks.rows("process", lines, head)


def _axis(rows: pd.DataFrame) -> range:
    """The days marked over a process."""
    longest = rows[["p90_days", "limit_days"]].max().max()
    end, apart = next((one for one in AXES if pd.isna(longest) or one[0] >= longest), AXES[-1])
    return range(0, end + 1, apart)


def _limited() -> set[tuple[str, str]]:
    """The steps that have a limit, by process and step; whether anything fell due in one is another matter."""
    return {(one.id, step.id) for one in processes().items for step in one.steps if step.has_limit}


def _line(
    board: Board, process: str, row: Mapping[Any, Any], axis: range, width: float, height: float
) -> tuple[str, ...]:
    """One step: name, picture, days, share within its limit."""
    is_whole = row["step"] == "whole"
    within, median, slow, limit = (
        number(row[one]) for one in ("within", "median_days", "p90_days", "limit_days")
    )
    is_jammed = within is not None and within < JAM
    picture = wall_step.step(Step(median, slow, limit, is_jammed, is_whole), axis, width, height)
    name = escape(board.words.say(f"wall.step_{process}_{row['step']}"))
    state = str(row["state"])
    days = f"<b>{written.plain(median)}</b>" if median is not None else blocks.absent(board, state)
    if within is not None:
        share = f"<b>{written.short_part(within)}%</b>"
    elif (process, row["step"]) not in _limited():
        share = f'<span class="soft">{escape(board.words.say("wall.no_limit"))}</span>'
    else:
        share = "" if median is None else blocks.absent(board, "suppressed")
    look = f"{'is-whole' if is_whole else ''} {'concerning' if is_jammed else ''}"
    return (
        f'<span class="{look}">{name}</span>', picture,
        f'<span class="{look}">{days}</span>', f'<span class="{look}">{share}</span>',
    )  # fmt: skip
