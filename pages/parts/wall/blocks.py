"""The parts that every scene is built of, as HTML: panel, figure with its state, table, legend.

All text from data is escaped here. It must not read or decide; colours are classes of wall.css.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from pages.parts.charts.wall_shapes import text_width
from pages.parts.wall.board import Board

STATES = {
    "no_data": "wall.no_data",
    "not_computable": "wall.not_computable",
    "suppressed": "wall.too_few",
    "stale": "wall.no_data",
    "withheld": "wall.withheld",
}
"""How a value that is no number is worded; each is drawn in its own way, and never as 0."""


TITLE, SOFT, APART = 24.0, 18.0, 20.0
"""The sizes of a panel's title and of what stands beside it, and the room between them."""


def panel(
    board: Board,
    name: str,
    title: str,
    what: str,
    body: str,
    tables: Sequence[str],
    *,
    width: float,
    look: str = "",
) -> str:
    """A panel: its title, what it shows with source and as-of, its picture, and a place to say that it is stale.

    `width` is that of its inside: where all that is to be said has no room, less is.
    """
    room = width - text_width(title, TITLE) - APART
    soft = next((one for one in _said(board, what, tables) if text_width(one, SOFT) <= room), "")
    return (
        f'<section class="panel {look}" data-panel="{name}" data-sources="{", ".join(tables)}">'
        f'<header><h2>{escape(title)}</h2><p class="what">{escape(soft)}</p></header>'
        f'{body}<p class="stale-note" data-stale-note></p></section>'
    )


def _said(board: Board, what: str, tables: Sequence[str]) -> Iterator[str]:
    """What a panel shows, where it comes from and until when: in full, then shorter and shorter."""
    say, sources, moment = board.words.say, board.sources(tables), board.moment(board.as_of(tables))
    names = []
    if len(sources) == 1:
        names.append(board.words.pick(sources[0].name_zh, sources[0].name_en))
    if sources:
        names.append(say("shared.list_joint").join(say(f"wall.of_{one}") for one in tables))
        names.append(say("wall.sources", count=len(sources)))
    named = [say("wall.provenance", source=one, moment=moment) for one in names] or [say("wall.no_source")]
    for one in named:
        yield " · ".join(filter(None, (what, one)))
    yield from reversed(named)
    yield say("shared.as_of", moment=moment)
    yield moment


def absent(board: Board, state: str, look: str = "") -> str:
    """In place of a number: which of the states it has, in words."""
    known = state if state in STATES else "no_data"
    return f'<span class="absent {known} {look}">{escape(board.words.say(STATES[known]))}</span>'


def stated(board: Board, text: str | None, state: str) -> str:
    """A number as text, or the words of its state."""
    return escape(text) if text is not None and state in ("value", "zero") else absent(board, state)


def fitted(text: str, width: float, size: float = 20, smallest: float = 17) -> str:
    """A name that comes with the data, smaller where it is long; beyond that its middle is left out."""
    wanted = text_width(text, size)
    scale = min(1.0, width / wanted) if wanted else 1.0
    shown = max(size * scale, smallest)
    while size * scale < smallest and text_width(text, shown) > width and len(text) > 4:
        middle = len(text) // 2
        text = text[: middle - 1].rstrip("…") + "…" + text[middle + 1 :].lstrip("…")
    style = "" if shown == size else f' style="font-size:{shown:.1f}px"'
    return f"<span{style}>{escape(text)}</span>"


def rows(look: str, lines: Iterable[Sequence[str]], head: Sequence[str] = ()) -> str:
    """A table as a grid whose columns the look declares; cells are HTML."""
    top = [f'<div class="cell head">{one}</div>' for one in head]
    body = [f'<div class="cell">{one}</div>' for line in lines for one in line]
    return f'<div class="rows {look}">{"".join(top + body)}</div>'


def table(
    board: Board,
    name: str,
    what: str,
    lines: Sequence[Sequence[str]],
    tables: Sequence[str],
    *,
    width: float,
    rows_look: str = "",
    is_filling: bool = False,
) -> str:
    """A panel of rows, titled as it is named; an empty track and the reason where there are none."""
    title = board.words.say(f"wall.{name}")
    if not lines:
        return panel(board, name, title, "", nothing(board), tables, width=width)
    look = "fill" if is_filling else ""
    return panel(board, name, title, what, rows(rows_look or name, lines), tables, width=width, look=look)


def counts(parts: Iterable[tuple[str, str]]) -> str:
    """A few counts beside each other: the number as HTML, and below it what it is of."""
    cells = "".join(f"<div><dd>{shown}</dd><dt>{escape(label)}</dt></div>" for shown, label in parts)
    return f'<dl class="counts short">{cells}</dl>'


def column(*parts: str, look: str = "") -> str:
    """Panels one above the other."""
    return f'<div class="column {look}">{"".join(parts)}</div>'


def legend(entries: Iterable[tuple[str, str]]) -> str:
    """What the looks of a picture mean."""
    drawn = "".join(f'<span><i class="key k-{look}"></i>{escape(label)}</span>' for look, label in entries)
    return f'<p class="legend">{drawn}</p>'


def nothing(board: Board, key: str = "wall.nothing") -> str:
    """A panel without anything to draw: an empty track, and why."""
    return f'<div class="nothing"><i></i><p>{escape(board.words.say(key))}</p></div>'
