"""趋势: one line an indicator, the NHS way: newest value, chart with limits, icons.

No indicator is coloured for being high or low, only where a rule spoke. In a window hall service indicators alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from pages.parts.charts import wall_trend
from pages.parts.wall import blocks, measured
from pages.parts.wall.board import Board
from pages.parts.wall.measured import Measured


@dataclass(frozen=True)
class Sizes:
    """How many panels stand side by side, how many lines each has, and how large a line's chart is."""

    panels: int
    lines: int
    width: float
    height: float


INSIDE = 1820.0
"""The inside of a panel."""
NARROW = Sizes(panels=1, lines=11, width=880, height=58)
WIDE = Sizes(panels=2, lines=8, width=900, height=80)


def draw(board: Board) -> str:
    """The scene's panels."""
    sizes = WIDE if board.is_wide else NARROW
    chosen = measured.choice()["public_trends" if board.is_public else "trends"]
    found = measured.measured(board, chosen[: sizes.panels * sizes.lines])
    each = -(-len(found) // sizes.panels)
    panels = [_panel(board, found[at * each : (at + 1) * each], sizes, at) for at in range(sizes.panels)]
    return f'<main class="grid trends">{"".join(panels)}</main>'


def _panel(board: Board, found: Sequence[Measured], sizes: Sizes, number: int) -> str:
    say = board.words.say
    head = ("", *(escape(say(f"wall.trend_{one}")) for one in ("value", "line", "variation", "assurance")))
    lines = [_line(board, one, sizes) for one in found]
    longest = max(found, key=lambda one: len(one.marks), default=None)
    marks = longest.marks if longest else ()
    labels = [_tick(board, mark.month) for mark in marks]
    lines.append(("", "", wall_trend.months(marks, labels, sizes.width), "", ""))
    legend = blocks.legend(
        [(look, say(f"wall.legend_{look}")) for look in ("band", "target", "improving", "concerning")]
    )
    tables = tuple(dict.fromkeys(one.tables[0] for one in found if one.tables))
    title = say("wall.trends" if number == 0 else "wall.trends_more")
    what = say("wall.months", count=measured.MONTHS)
    body = blocks.rows("lines", lines, head) + legend
    return blocks.panel(board, f"trends_{number + 1}", title, what, body, tables, width=INSIDE)


def _line(board: Board, one: Measured, sizes: Sizes) -> tuple[str, ...]:
    say = board.words.say
    under = [board.words.pick(one.indicator.domain_name.zh, one.indicator.domain_name.en)]
    if one.indicator.target is not None:
        under.append(say("wall.target", value=one.target))
    return (
        f'<div class="what-is"><h3>{escape(one.name)}</h3><p>{escape(" · ".join(under))}</p></div>',
        f'<b class="newest {one.tone}">{blocks.stated(board, one.text, one.state)}</b>',
        wall_trend.trend(one.marks, one.indicator.target, sizes.width, sizes.height),
        *_said(board, one),
    )


def _said(board: Board, one: Measured) -> tuple[str, str]:
    """What it has been doing and whether it reaches its target; where it cannot be computed, why."""
    say = board.words.say
    if one.state == "not_computable":
        return f'<div class="said-by reason">{escape(say("wall.unrecorded"))}</div>', ""
    if one.state not in ("value", "zero"):
        return f'<div class="said-by reason">{escape(say("wall.not_judged"))}</div>', ""
    tone, variation = one.tone, f"wall.variation_{one.variation}"
    if one.variation == "unknown":
        tone, variation = "reason", "judged.unknown"
    assurance = (
        say(f"wall.assurance_{one.assurance}") if one.assurance in ("meets", "misses", "varies") else ""
    )
    return (
        f'<div class="said-by {tone}">{one.variation_icon()}<span>{escape(say(variation))}</span></div>',
        f'<div class="said-by">{one.assurance_icon()}<span>{escape(assurance)}</span></div>',
    )


def _tick(board: Board, month: date) -> str:
    """One month in three: enough to read the others by."""
    return board.words.month_tick(month) if month.month in (1, 4, 7, 10) else ""
