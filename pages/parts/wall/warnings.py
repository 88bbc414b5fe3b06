"""预警处置: what becomes of warnings, from being raised to being closed. Every anomaly in the data is to be verified.

Office only. Aggregates only: no warning, no record and no person behind one is here.
"""

from __future__ import annotations

from html import escape

from pages.parts.wall import blocks, disposition, measured, summary
from pages.parts.wall.board import Board
from pages.parts.wall.disposition import STAGES, TABLES

FUNNEL = {"16x9": (590, 62), "32x9": (740, 84)}
INSIDE = 880.0
"""The inside of the large panels; a wide wall has more."""
TRENDS = {"16x9": 880.0, "32x9": 708.0}
FOUND_IN = ("licence_application", "inspection", "enforcement_case", "complaint")
"""The records in which the system finds most of its warnings."""
BAR = {"16x9": 120, "32x9": 420}
TREND = {"16x9": (410, 58), "32x9": (660, 250)}


def draw(board: Board) -> str:
    """The scene's panels."""
    return (
        f'<main class="grid warnings">{_cards(board)}{_funnel(board)}'
        f"{blocks.column(_by_level(board), _by_kind(board), *_below(board))}"
        f"{_trends(board) if board.is_wide else ''}</main>"
    )


def _cards(board: Board) -> str:
    """Six figures of the last twelve months."""
    say, found = board.words.say, disposition.disposition(board)
    stages = [found.at(stage) for stage in STAGES if stage != "founded"]
    figures = [
        (say(f"wall.stage_{one.stage}"), one.text(board), "", disposition.remark(board, one, found))
        for one in stages
    ]
    on_time = found.at("closed").on_time
    share = None if on_time is None else f"{on_time * 100:.1f}"
    figures.append(
        (
            say("wall.on_time"),
            blocks.stated(board, share, "value" if share else "no_data"),
            "%" if share else "",
            disposition.closing_rate(board, found),
        )
    )
    return f'<div class="headline">{"".join(_card(board, at, *one) for at, one in enumerate(figures))}</div>'


def _card(board: Board, at: int, label: str, shown: str, unit: str, remark: str) -> str:
    under = remark or board.words.say("wall.last_months", count=12)
    return (
        f'<section class="panel card" data-panel="warnings_{at}" data-sources="{", ".join(TABLES)}">'
        f'<div class="label"><h3>{escape(label)}</h3></div>'
        f'<div class="figure"><p><b>{shown}</b><small>{unit}</small></p></div>'
        f'<div class="under"><p>{escape(under)}</p></div><p class="stale-note" data-stale-note></p></section>'
    )


def _funnel(board: Board) -> str:
    say = board.words.say
    body = (
        disposition.funnel(board, *FUNNEL[board.shape])
        + f'<p class="reserve">{escape(say("wall.reserve"))}</p>'
    )
    return blocks.panel(
        board, "funnel", say("wall.funnel"), say("wall.last_months", count=12), body, TABLES, width=INSIDE
    )


def _by_level(board: Board) -> str:
    say = board.words.say
    body = disposition.by_level(board, BAR[board.shape])
    return blocks.panel(
        board,
        "by_level",
        say("wall.by_level"),
        say("wall.closed_of_raised"),
        body,
        TABLES,
        width=INSIDE,
        look="fill",
    )


def _by_kind(board: Board) -> str:
    say = board.words.say
    body = disposition.by_kind(board, BAR[board.shape]) or blocks.nothing(board)
    return blocks.panel(
        board,
        "by_kind",
        say("wall.by_kind"),
        say("wall.found_by_system"),
        body,
        FOUND_IN,
        width=INSIDE,
        look="fill",
    )


def _below(board: Board) -> tuple[str, ...]:
    return () if board.is_wide else (_trends(board),)


def _trends(board: Board) -> str:
    """In time, and found to be real: the two indicators of the warnings themselves."""
    found = measured.measured(board, measured.choice()["warning_trends"])
    parts = "".join(summary.one_trend(board, one, *TREND[board.shape]) for one in found)
    say = board.words.say
    return blocks.panel(
        board,
        "warning_trends",
        say("wall.warning_trends"),
        say("wall.band"),
        f'<div class="key-trends">{parts}</div>',
        TABLES,
        width=TRENDS[board.shape],
    )
