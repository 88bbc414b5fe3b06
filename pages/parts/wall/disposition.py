"""Warnings in numbers: how many were raised, verified and closed, of which level and kind, how fast, how timely.

Aggregates of the whole unit only: no warning is named, and each is to be verified until somebody has.
"""

from __future__ import annotations

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
STAGES = ("raised", "verifying", "verified", "founded", "closed", "overdue")
LEVELS = ("red", "yellow", "blue")
KINDS = ("breach", "signal", "outlier", "pattern", "revision", "other")
TABLES = ("warning",)
SHORT = ("raised", "verified", "founded", "closed")


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
        if self.rows.empty:
            return Count(stage, None, "no_data")
        found = self.rows[
            (self.rows["stage"] == stage) & (self.rows["level"] == level) & (self.rows["kind"] == ALL)
        ]
        if found.empty:
            return Count(stage, None, "no_data")
        one = found.iloc[0]
        count = None if pd.isna(one["count"]) else int(one["count"])
        return Count(stage, count, str(one["state"]), number(one["median_days"]), number(one["on_time"]))


def disposition(board: Board) -> Disposition:
    return Disposition(screen.of_unit(board.snapshot, "disposition", board.unit_id))


def funnel(board: Board, width: float, height: float, stages: tuple[str, ...] = STAGES) -> str:
    """A bar a stage, its count inside, and what is to be said beside it."""
    found = disposition(board)
    counts = [found.at(stage) for stage in stages]
    largest = max((one.count or 0 for one in counts), default=0)
    lines = [
        (
            escape(board.words.say(f"wall.stage_{one.stage}")),
            wall_steps.counted(
                written.number(one.count), one.count / largest if one.count is not None and largest else None,
                width, height, "overdue" if one.stage == "overdue" and one.count else "bar",
            ) if one.count is not None else one.text(board),
            f'<span class="soft">{escape(remark(board, one, found))}</span>',
        )
        for one in counts
    ]  # fmt: skip
    return blocks.rows("funnel", lines)


def remark(board: Board, one: Count, found: Disposition) -> str:
    """How long a closed one took, and what share of the verified were found to need action."""
    if one.stage == "closed" and one.median_days is not None:
        return board.words.say("wall.median_closed", count=f"{one.median_days:.0f}")
    if one.stage == "founded":
        verified = found.at("verified").count
        if one.count is not None and verified:
            return board.words.say("wall.of_verified", share=f"{one.count / verified:.0%}")
    return ""


def closing_rate(board: Board, found: Disposition) -> str:
    """What share of the raised is closed; nothing where either count is not told."""
    raised, closed = found.at("raised").count, found.at("closed").count
    if not raised or closed is None:
        return ""
    return board.words.say("wall.closing_rate", share=f"{closed / raised:.0%}")


def funnel_panel(board: Board, width: float) -> str:
    """The short form beside other panels; on a wide wall with every stage."""
    say = board.words.say
    stages, height = (STAGES, 46) if board.is_wide else (SHORT, 29)
    body = funnel(board, width - 322, height, stages)
    return blocks.panel(
        board, "warnings", say("wall.warnings"), say("wall.to_verify"), body, TABLES, width=width
    )


def by_level(board: Board, width: float) -> str:
    """Stages across, levels down; the bar says how many of the raised are closed."""
    found, say = disposition(board), board.words.say
    stages = ("raised", "verified", "founded", "closed", "overdue")
    head = ("", "", *(escape(say(f"wall.stage_{one}")) for one in stages))
    lines = []
    for level in LEVELS:
        counts = {stage: found.at(stage, level) for stage in stages}
        raised, closed = counts["raised"].count, counts["closed"].count
        share = closed / raised if raised and closed is not None else None
        figures = (f"<b>{one.text(board)}</b>" for one in counts.values())
        lines.append((escape(say(f"wall.level_{level}")), wall_steps.part(share, width, 20), *figures))
    return blocks.rows("by-level", lines, head)


def by_kind(board: Board, width: float) -> str:
    """What the system itself found, in the whole bureau: a line a kind, how many of each level; empty without any."""
    found, say = screen.warnings(board.snapshot), board.words.say
    if found.empty:
        return ""
    head = ("", "", *(escape(say(f"wall.level_{one}")) for one in LEVELS))
    named = [one for one in KINDS if found.empty or one in set(found["kind"])]
    sums = (
        {kind: found.loc[found["kind"] == kind, "count"].sum() for kind in named} if not found.empty else {}
    )
    largest = max(sums.values(), default=0)
    lines = []
    for kind in named:
        share = float(sums[kind] / largest) if largest else None
        levels = (f"<b>{_of_level(board, found, kind, level)}</b>" for level in LEVELS)
        lines.append((escape(say(f"wall.kind_{kind}")), wall_steps.part(share, width, 20), *levels))
    return blocks.rows("by-kind", lines, head)


def _of_level(board: Board, found: pd.DataFrame, kind: str, level: str) -> str:
    some = found[(found["kind"] == kind) & (found["level"] == level)]
    if some.empty:
        return written.number(0)
    count = number(some["count"].iloc[0])
    return blocks.absent(board, "withheld") if count is None else written.number(count)
