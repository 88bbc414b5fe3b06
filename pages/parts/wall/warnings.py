"""预警处置: what becomes of warnings, from being raised to being closed. Every anomaly in the data is to be verified.

Office only. Aggregates only: no warning, no record and no person behind one is here.
"""

from __future__ import annotations

from html import escape

from pages.parts import words as written
from pages.parts.wall import blocks, disposition, measured, summary
from pages.parts.wall.board import Board
from pages.parts.wall.disposition import TABLES, Count, Disposition

STAGES = {"16x9": (864.0, 58.0), "32x9": (1064.0, 76.0)}
"""The room for the bars of all levels, and the height of one."""
KINDS = {"16x9": (514.0, 44.0), "32x9": (820.0, 76.0)}
FOUND_IN = ("licence_application", "inspection", "enforcement_case", "complaint")
"""The records in which the system finds most of its warnings."""
INSIDE = {"16x9": (1056.0, 706.0), "32x9": (1256.0, 1036.0)}
"""The insides of the panels of stages and of kinds."""
TRENDS = {"16x9": 706.0, "32x9": 708.0}
TREND = {"16x9": (330, 58), "32x9": (660, 250)}


def draw(board: Board) -> str:
    """The scene's panels."""
    beside = (_by_kind(board), _trends(board))
    return (
        f'<main class="grid warnings">{_cards(board)}{_by_level(board)}'
        f"{''.join(beside) if board.is_wide else blocks.column(*beside)}</main>"
    )


def _cards(board: Board) -> str:
    """Six figures of the last twelve months."""
    say, found = board.words.say, disposition.disposition(board)
    raised, unverified, closed, overdue = (
        found.at(stage) for stage in ("raised", "unverified", "closed", "overdue")
    )
    days = None if closed.median_days is None else written.plain(closed.median_days)
    share = None if closed.on_time is None else written.part(closed.on_time)
    figures = [
        (say("wall.stage_raised"), raised.text(board), "", ""),
        (say("wall.stage_unverified"), unverified.text(board), "", _remark(board, unverified.stage, found)),
        (say("wall.stage_closed"), closed.text(board), "", disposition.closing_rate(board, found)),
        (
            say("wall.closing_days"),
            _told(board, days, closed),
            say("wall.unit_days") if days else "",
            say("wall.closing_days_how"),
        ),
        (say("wall.on_time"), _told(board, share, closed), "%" if share else "", say("wall.on_time_how")),
        (say("wall.stage_overdue"), overdue.text(board), "", say("wall.overdue_how")),
    ]
    return f'<div class="headline">{"".join(_card(board, at, *one) for at, one in enumerate(figures))}</div>'


def _remark(board: Board, stage: str, found: Disposition) -> str:
    return disposition.remark(board, found.at(stage), found)


def _told(board: Board, text: str | None, of: Count) -> str:
    """What is told of a count; where it is not, there were too few for it, or nothing is known of the count itself."""
    state = "suppressed" if of.state in ("value", "zero") else of.state
    return blocks.stated(board, text, "value" if text else state)


def _card(board: Board, at: int, label: str, shown: str, unit: str, remark: str) -> str:
    under = remark or board.words.say("wall.last_months", count=12)
    return (
        f'<section class="panel card" data-panel="warnings_{at}" data-sources="{", ".join(TABLES)}">'
        f'<div class="label"><h3>{escape(label)}</h3></div>'
        f'<div class="figure"><p><b>{shown}</b><small>{unit}</small></p></div>'
        f'<div class="under"><p>{escape(under)}</p></div><p class="stale-note" data-stale-note></p></section>'
    )


def _by_level(board: Board) -> str:
    say = board.words.say
    body = (
        disposition.by_level(board, *STAGES[board.shape])
        + f'<p class="reserve">{escape(say("wall.reserve"))}</p>'
    )
    what = say("wall.last_months", count=12)
    width = INSIDE[board.shape][0]
    return blocks.panel(board, "funnel", say("wall.funnel"), what, body, TABLES, width=width, look="fill")


def _by_kind(board: Board) -> str:
    say = board.words.say
    body = disposition.by_kind(board, *KINDS[board.shape]) or blocks.nothing(board)
    what, width = say("wall.found_by_system"), INSIDE[board.shape][1]
    return blocks.panel(board, "by_kind", say("wall.by_kind"), what, body, FOUND_IN, width=width, look="fill")


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
