"""The side panels of the operation scene: checks, portrait, warnings in an office; decisions and market in a hall.

Each is the short form of a scene of its own. It must not tell a window hall of portraits or warnings.
"""

from __future__ import annotations

from html import escape

from pages.parts.charts import wall_bar, wall_interval, wall_trend
from pages.parts.wall import blocks, disposition, measured, portrait, publicity, queues
from pages.parts.wall.board import Board
from pages.parts.wall.measured import Measured

_BAR = 22
KEY_TRENDS = 684.0
"""The inside of the panel of key trends."""


def for_office(board: Board, width: float) -> str:
    """Checks, portrait, warnings."""
    return blocks.column(
        checks(board, width),
        four_dimensions(board, width),
        disposition.funnel_panel(board, width),
        look="side",
    )


def for_public(board: Board, width: float) -> str:
    """What was decided in public, and what an applicant asks of the market."""
    return blocks.column(
        publicity.panel(board, width),
        queues.counts_panel(board, width),
        queues.table_panel(board, 12 if board.is_wide else 6, width),
        look="side",
    )


def checks(board: Board, width: float) -> str:
    """Supervision checks against their targets."""
    found = measured.measured(board, measured.choice()["checks"])
    say = board.words.say
    lines = [_check(board, one, width - 290) for one in found]
    tables = tuple(dict.fromkeys(table for one in found for table in one.tables if table == "inspection"))
    month = measured.last_complete_month(board, ("inspection",))
    return blocks.panel(
        board,
        "checks",
        say("wall.checks"),
        board.words.month(month),
        blocks.rows("checks", lines),
        tables,
        width=width,
    )


def _check(board: Board, one: Measured, width: float) -> tuple[str, ...]:
    value, target = one.value, one.indicator.target
    picture = wall_bar.bar(value, target, one.tone, width, _BAR)
    text = blocks.stated(board, one.text, one.state)
    return escape(one.name), picture, f'<b class="{one.tone}">{text}</b>'


def four_dimensions(board: Board, width: float) -> str:
    """The unit's own portrait: four scores with their intervals, beside those of its peers."""
    say, found = board.words.say, portrait.of_unit(board)
    picture_width = width - 200
    lines = [
        (
            escape(say(f"wall.dimension_{one.dimension}")),
            wall_interval.interval(one.score, one.low, one.high, one.peers, picture_width, 36),
            f"<b>{blocks.stated(board, portrait.figure(one.score), one.state)}</b>",
        )
        for one in found
    ]
    lines.append(("", wall_interval.axis(picture_width), ""))
    return blocks.panel(
        board, "portrait", say("wall.portrait"), say("wall.interval"), blocks.rows("dimensions", lines),
        portrait.TABLES,
        width=width,
    )  # fmt: skip


def key_trends(board: Board, count: int, width: float, height: float) -> str:
    """A few indicators as charts of their own."""
    say = board.words.say
    found = measured.best(measured.measured(board, measured.choice()["key_trends"]), count)
    parts = [one_trend(board, one, width, height) for one in found]
    tables = tuple(dict.fromkeys(one.tables[0] for one in found))
    body = f'<div class="key-trends">{"".join(parts)}</div>'
    return blocks.panel(
        board, "key_trends", say("wall.key_trends"), say("wall.band"), body, tables, width=KEY_TRENDS
    )


def one_trend(board: Board, one: Measured, width: float, height: float) -> str:
    """One indicator: its name, its newest value, its chart and the months at both ends."""
    labels = [""] * len(one.marks)
    if labels:
        labels[0], labels[-1] = (f"{one.marks[at].month:%Y-%m}" for at in (0, -1))
    value = blocks.stated(board, one.text, one.state)
    return (
        f'<div class="one-trend"><h3>{escape(one.name)}</h3><p class="value {one.tone}">{value}</p>'
        f"{wall_trend.trend(one.marks, one.indicator.target, width, height)}"
        f"{wall_trend.months(one.marks, labels, width)}</div>"
    )
