"""Warnings in numbers: how many were raised, verified and closed, of which level and kind, how fast, how timely.

Aggregates of the whole unit only: no warning is named, and each is to be verified until somebody has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from pages.parts import words as written
from pages.parts.charts import wall_steps
from pages.parts.reads import screen
from pages.parts.reads.shared import number
from pages.parts.wall import blocks
from pages.parts.wall.board import Board

ALL = "all"
STAGES = ("raised", "unverified", "verified", "founded", "closed", "overdue")
LEVELS = ("red", "yellow", "blue")
KINDS = ("breach", "signal", "outlier", "pattern", "revision", "other")
TABLES = ("warning",)
SHORT = ("raised", "unverified", "verified", "closed")
SIDE_COUNT, COUNT = 20.0, 26.0
"""The sizes of counts beside other panels and in a scene of their own."""
WORDS = 96.0
"""The room of a level's bars at the least: enough for the words of a count that is not told."""


@dataclass(frozen=True)
class Count:
    """How many warnings stand at one stage; with the time and the share in time where they are closed."""

    stage: str
    count: int | None
    state: str
    median_days: float | None = None
    on_time: float | None = None

    def text(self, board: Board) -> str:
        if self.state == "suppressed":
            return blocks.absent(board, "withheld")
        return blocks.stated(board, written.number(self.count), self.state)


@dataclass(frozen=True)
class Disposition:
    """The dispositions of the wall's unit; empty where no snapshot has them."""

    rows: pd.DataFrame

    def at(self, stage: str, level: str = ALL) -> Count:
        """One count; a stage of which nothing is said has no data."""
        if stage == "unverified":
            return self._unverified(level)
        if self.rows.empty:
            return Count(stage, None, "no_data")
        found = self.rows[
            (self.rows["stage"] == stage) & (self.rows["level"] == level) & (self.rows["kind"] == ALL)
        ]
        if found.empty:
            return Count(stage, None, "no_data")
        one = found.iloc[0]
        count, state = None if pd.isna(one["count"]) else int(one["count"]), str(one["state"])
        if count is None and state in ("value", "zero"):  # what is told of it is its time or its share alone
            state = "suppressed"
        return Count(stage, count, state, number(one["median_days"]), number(one["on_time"]))

    def _unverified(self, level: str) -> Count:
        """What is raised and not verified yet; nothing is told by it that those two do not tell."""
        raised, verified = self.at("raised", level), self.at("verified", level)
        if raised.count is None or verified.count is None:
            return Count("unverified", None, raised.state if raised.count is None else verified.state)
        left = raised.count - verified.count
        return Count("unverified", left, "value" if left else "zero")


def disposition(board: Board) -> Disposition:
    return Disposition(screen.of_unit(board.snapshot, "disposition", board.unit_id))


def funnel(board: Board, width: float, height: float, stages: tuple[str, ...] = STAGES) -> str:
    """A bar a stage, its count inside, and what is to be said beside it."""
    found = disposition(board)
    counts = [found.at(stage) for stage in stages]
    scale = width / max((one.count or 0 for one in counts), default=0) if found.at("raised").count else 0.0
    lines = [
        (
            escape(board.words.say(f"wall.stage_{one.stage}")),
            _bar(board, one, scale, width, height, SIDE_COUNT),
            f'<span class="soft">{escape(remark(board, one, found))}</span>',
        )
        for one in counts
    ]
    return blocks.rows("funnel", lines)


def by_level(board: Board, room: float, height: float) -> str:
    """Stages down, all and each level across."""
    found, say = disposition(board), board.words.say
    levels = (ALL, *LEVELS)
    lines = [
        (say(f"wall.stage_{stage}"), tuple(found.at(stage, level) for level in levels)) for stage in STAGES
    ]
    return _grid(board, "by-level", levels, lines, room, height)


def by_kind(board: Board, room: float, height: float) -> str:
    """What the system itself found, in the whole bureau: kinds down, levels across; empty without any."""
    found, say = screen.warnings(board.snapshot), board.words.say
    if found.empty:
        return ""
    lines = [
        (say(f"wall.kind_{kind}"), tuple(_of_kind(found, kind, level) for level in LEVELS))
        for kind in KINDS
        if kind != "other" or kind in set(found["kind"])
    ]
    return _grid(board, "by-kind", LEVELS, lines, room, height)


def _of_kind(found: pd.DataFrame, kind: str, level: str) -> Count:
    some = found[(found["kind"] == kind) & (found["level"] == level)]
    if some.empty:
        return Count("raised", 0, "zero")
    count = number(some["count"].iloc[0])
    return Count("raised", None, "suppressed") if count is None else Count("raised", int(count), "value")


def _grid(
    board: Board,
    look: str,
    levels: Sequence[str],
    lines: Sequence[tuple[str, tuple[Count, ...]]],
    room: float,
    height: float,
) -> str:
    """Counts by line and level, all bars on one scale, so that what each adds to the whole is seen at once."""
    largest = [max(counts[at].count or 0 for _, counts in lines) for at in range(len(levels))]
    least = max(WORDS, *(wall_steps.room(written.number(one), COUNT) for one in largest))
    wanted = [max(room * one / (sum(largest) or 1), least) for one in largest]
    wide = [width * room / sum(wanted) for width in wanted]
    scale = min((width / one for width, one in zip(wide, largest, strict=True) if one), default=0.0)
    head = ("", *(escape(board.words.say(f"wall.level_{level}")) for level in levels))
    drawn = [
        (
            escape(label),
            *(_bar(board, one, scale, width, height, COUNT) for one, width in zip(counts, wide, strict=True)),
        )
        for label, counts in lines
    ]
    return blocks.rows(f"crossed {look}", drawn, head)


def _bar(board: Board, one: Count, scale: float, width: float, height: float, size: float) -> str:
    """A count as a bar; in place of one that is not told, the words of its state."""
    if one.count is None:
        return f'<p style="width:{width:.0f}px">{one.text(board)}</p>'
    look = "overdue" if one.stage == "overdue" else "bar"
    return wall_steps.counted(written.number(one.count), one.count * scale, width, height, size, look)


def remark(board: Board, one: Count, found: Disposition) -> str:
    """How long a closed one took, and what share of the raised or verified stand at a stage."""
    if one.stage == "unverified" and one.count is not None:
        raised = found.at("raised").count
        return (
            board.words.say("wall.of_raised", share=written.whole_percent(one.count / raised))
            if raised
            else ""
        )
    if one.stage == "closed" and one.median_days is not None:
        return board.words.say("wall.median_closed", count=written.plain(one.median_days))
    if one.stage == "founded":
        verified = found.at("verified").count
        if one.count is not None and verified:
            return board.words.say("wall.of_verified", share=written.whole_percent(one.count / verified))
    return ""


def closing_rate(board: Board, found: Disposition) -> str:
    """What share of the raised is closed; nothing where either count is not told."""
    raised, closed = found.at("raised").count, found.at("closed").count
    if not raised or closed is None:
        return ""
    return board.words.say("wall.closing_rate", share=written.whole_percent(closed / raised))


def funnel_panel(board: Board, width: float) -> str:
    """The short form beside other panels; on a wide wall with every stage."""
    say = board.words.say
    stages, height = (STAGES, 46) if board.is_wide else (SHORT, 29)
    body = funnel(board, width - 322, height, stages)
    return blocks.panel(
        board, "warnings", say("wall.warnings"), say("wall.to_verify"), body, TABLES, width=width
    )
