"""清廉画像: where does each unit stand on the four dimensions, how sure is that, and how do like units stand?

Units stand in the order of their code and are ranked by a range only. No person is portrayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import median

from pages.parts.charts import wall_interval
from pages.parts.wall import blocks, kinds, portrait
from pages.parts.wall.board import Board
from pages.parts.wall.portrait import DIMENSIONS, OVERALL, Score


@dataclass(frozen=True)
class Sizes:
    """How many units a panel holds, the height that they share, the widths of a picture and of a name."""

    panels: int
    most: int
    width: float
    name: float


NARROW = Sizes(panels=1, most=24, width=148, name=200)
WIDE = Sizes(panels=1, most=16, width=470, name=330)
WIDE_TWO = Sizes(panels=2, most=24, width=160, name=230)
INSIDE = 1432.0
"""The inside of a panel of units, at the least."""
RANK = 96.0
"""How wide the range of a rank is drawn."""
_ROOM, _TALLEST, _LOWEST = 760.0, 66.0, 29.0


def draw(board: Board) -> str:
    """The scene's panels."""
    most = WIDE_TWO if board.is_wide else NARROW
    shown, hidden = _subjects(board, most.panels * most.most)
    sizes = WIDE if board.is_wide and len(shown) <= WIDE.most else most
    each = -(-len(shown) // sizes.panels) or 1
    parts = [shown[at * each : (at + 1) * each] for at in range(sizes.panels)]
    panels = [_panel(board, some, sizes, at, hidden) for at, some in enumerate(parts) if some or not at]
    look = "one" if len(panels) == 1 else "two"
    return f'<main class="grid portraits {look}">{"".join(panels)}{kinds.panel(board)}</main>'


def _subjects(board: Board, room: int) -> tuple[list[tuple[str, dict[str, Score]]], int]:
    """The wall's unit, then those below it that have a portrait, level by level while a whole level has room.

    Of the level right below, as many as have room where not all do.

    Within a level in the order of their code. Also says how many are not listed.
    """
    found: dict[str, dict[str, Score]] = {}
    for one in portrait.scores(board):
        if one.subject_id in board.below:
            found.setdefault(one.subject_id, {})[one.dimension] = one
    levels: dict[int, list[str]] = {}
    depth = dict(zip(board.units["unit_id"], board.units["level"], strict=True)) if found else {}
    for unit_id in sorted(found):
        levels.setdefault(int(depth.get(unit_id, 99)), []).append(unit_id)
    shown: list[str] = []
    for level in sorted(levels):
        if len(shown) > 1 and len(shown) + len(levels[level]) > room:
            break
        shown += levels[level][: room - len(shown)]
    return [(unit_id, found[unit_id]) for unit_id in shown], len(found) - len(shown)


def _panel(
    board: Board, subjects: Sequence[tuple[str, dict[str, Score]]], sizes: Sizes, number: int, hidden: int
) -> str:
    say = board.words.say
    title = say("wall.units_portrait" if number == 0 else "wall.units_more")
    what = say("wall.interval") if not hidden else say("wall.interval_more", count=hidden)
    if not subjects:
        return blocks.panel(board, "units", title, what, blocks.nothing(board), portrait.TABLES, width=INSIDE)
    height = min(max(_ROOM / (len(subjects) + 1), _LOWEST), _TALLEST)
    head = (
        "",
        *(escape(say(f"wall.dimension_{one}")) for one in DIMENSIONS),
        *(escape(say(f"wall.{one}")) for one in ("overall", "rank")),
    )
    lines = [_line(board, unit_id, scores, sizes, height) for unit_id, scores in subjects]
    axis = f'<div class="score">{wall_interval.axis(sizes.width)}<b></b></div>'
    lines.append(("", *(axis for _ in DIMENSIONS), "", ""))
    legend = blocks.legend(
        [
            (look, say(f"wall.legend_{name}"))
            for look, name in (
                ("median", "score"),
                ("slow", "interval"),
                ("peers", "peers"),
                ("concerning", "below"),
            )
        ]
    )
    body = blocks.rows("portrait-lines", lines, head) + legend
    return blocks.panel(board, f"units_{number + 1}", title, what, body, portrait.TABLES, width=INSIDE)


def _line(
    board: Board, unit_id: str, scores: dict[str, Score], sizes: Sizes, height: float
) -> tuple[str, ...]:
    own = "own" if unit_id == board.unit_id else ""
    overall = scores.get(OVERALL)
    return (
        f'<span class="{own}">{blocks.fitted(board.names.get(unit_id, unit_id), sizes.name)}</span>',
        *(_score(board, scores.get(one), sizes.width, height) for one in DIMENSIONS),
        _figure(board, overall),
        _rank(board, overall, height),
    )


def _score(board: Board, one: Score | None, width: float, height: float) -> str:
    if one is None:
        picture = wall_interval.interval(None, None, None, (), width, height)
        return f'<div class="score">{picture}{_figure(board, None)}</div>'
    below = is_below(one)
    picture = wall_interval.interval(
        one.score, one.low, one.high, one.peers, width, height, is_concerning=below
    )
    return f'<div class="score{" concerning" if below else ""}">{picture}{_figure(board, one)}</div>'


def is_below(one: Score) -> bool:
    """Whether even the upper end of the interval lies below the middle of like units."""
    return one.high is not None and len(one.peers) > 1 and one.high < median(one.peers)


def _figure(board: Board, one: Score | None) -> str:
    state = one.state if one else "no_data"
    return f"<b>{blocks.stated(board, portrait.figure(one.score) if one else None, state)}</b>"


def _rank(board: Board, one: Score | None, height: float) -> str:
    """The range of places that the score may have among like units; in words where a unit is alone."""
    if one is None or one.score is None:
        return ""
    if one.rank_low is None or one.rank_high is None or not one.peers:
        return f'<span class="soft">{escape(board.words.say("wall.alone"))}</span>'
    count = len(one.peers) + 1
    said = board.words.say("wall.rank_range", low=one.rank_low, high=one.rank_high, count=count)
    picture = wall_interval.places(one.rank_low, one.rank_high, count, RANK, height)
    return f'<div class="ranked">{picture}<span>{escape(said)}</span></div>'
