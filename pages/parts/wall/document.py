"""The drawing of a wall: all scenes of a site as one static document, made once for a snapshot and day.

Sixty displays that ask for the same drawing get the same text. Only the two clocks that run on are written at each
asking. A scene that fails is logged and left out of the count of whole ones; it must not take the others with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from html import escape

from model.warehouse import Snapshot
from pages.parts import notices
from pages.parts import words as written
from pages.parts.reads.shared import cached
from pages.parts.wall import blocks, building, cells, operation, portraits, site, trends, warnings
from pages.parts.wall.board import Board
from pages.parts.wall.site import Shape
from pages.parts.words import Language, Words

LOG = logging.getLogger(__name__)
SIDE, TITLE = 360.0, 856.0
"""The room for the unit at the left of a header, and for the title between it and the clocks."""
_NOW, _REFRESHED = "\u0001now\u0001", "\u0001refreshed\u0001"
_DRAW: dict[str, Callable[[Board], str]] = {
    "operation": operation.draw,
    "portraits": portraits.draw,
    "trends": trends.draw,
    "cells": cells.draw,
    "warnings": warnings.draw,
    "building": building.draw,
}


def document(
    snapshot: Snapshot, name: str | None, asked: str | None, language: Language, shape: Shape, now: datetime
) -> str:
    """The scenes of a site, or those that are asked for, one below the other, with the clocks of this moment."""
    chosen = site.site(name)
    scenes = tuple(one for one in (asked or "").split(",") if one in chosen.scenes) or chosen.scenes
    version = site.configuration().version
    drawn: str = _drawn(snapshot, chosen.name, scenes, version, language, shape, now.date())
    words = Words(language)
    return drawn.replace(_NOW, escape(today(words, now))).replace(_REFRESHED, f"{now:%H:%M:%S}")


def today(words: Words, now: datetime) -> str:
    """The day and the time at the left of a header."""
    weekday = words.say(f"wall.weekday_{now.isoweekday()}")
    day = words.say("wall.day", month=words.month(now.date()), day=now.day)
    return " ".join([*((day, weekday) if words.language == "zh" else (weekday, day)), f"{now:%H:%M}"])


@cached()
def _drawn(
    snapshot: Snapshot,
    name: str,
    asked: tuple[str, ...],
    version: str,
    language: Language,
    shape: Shape,
    day: date,
) -> str:
    """The document without the clocks that run on; `version` is that of the configuration that it was drawn by."""
    board = Board(snapshot, site.site(name), asked, Words(language), shape, day)
    errors, scenes = 0, []
    if board.unknown_unit:
        LOG.error(
            "the wall %s is set up for a unit that the snapshot does not know: %s", name, board.unknown_unit
        )
    for scene in board.scenes:
        try:
            body = _body(board, scene)
        except Exception:
            LOG.exception("the scene %s of %s could not be drawn", scene, name)
            errors += 1
            body = _without_figures(board.words.say("wall.failed"))
        scenes.append(_scene(board, scene, body))
    ready = (
        f'<div id="wall-ready" data-snapshot="{escape(snapshot.id)}" data-scenes="{",".join(board.scenes)}"'
        f' data-errors="{errors}"></div>'
    )
    return "".join(scenes) + ready


def _body(board: Board, scene: str) -> str:
    if board.unknown_unit:
        return _without_figures(board.words.say("wall.unknown_unit", unit=board.unknown_unit))
    return _DRAW[scene](board)


def _without_figures(said: str) -> str:
    return f'<main class="grid failed"><p>{escape(said)}</p></main>'


def _scene(board: Board, scene: str, body: str) -> str:
    code = {"zh": "zh-CN", "en": "en"}[board.words.language]
    return (
        f'<section class="wall-scene shape-{board.shape} {board.words.language}" data-scene="{scene}" lang="{code}">'
        f"{_header(board)}{body}{_footer(board, scene)}</section>"
    )


def _header(board: Board) -> str:
    say, title = board.words.say, board.site.title(board.words.language, board.unit_name)
    as_of = min((one.as_of for one in board.clocks if one.as_of), default=None)
    until = notices.calendar_until(board.snapshot)
    calendar = (
        f"<span class='calendar'>{escape(say('wall.calendar_until', day=until.isoformat()))}</span>"
        if until
        else ""
    )
    edition = say("wall.edition", number=board.snapshot.manifest.get("sequence", written.NONE))
    clocks = (
        f"<p>{_clock(say('wall.as_of'), 'asof', board.moment(as_of))}"
        f"{_clock(say('wall.published'), 'published', board.moment(board.published))}"
        f"<span>{escape(edition)}</span></p>"
        f'<p><i class="status" data-status></i><span data-status-text></span>'
        f"{calendar}{_clock(say('wall.refreshed'), 'refreshed', _REFRESHED)}</p>"
    )
    side = blocks.fitted(board.unit_name, SIDE)
    return (
        f'<header class="top"><div class="where"><p class="unit">{side}</p>'
        f'<p class="now" data-clock="now">{_NOW}</p></div><h1>{blocks.fitted(title, TITLE, 42, 20)}</h1>'
        f'<div class="clocks">{clocks}</div></header>'
    )


def _clock(label: str, name: str, moment: str) -> str:
    return f'<span>{escape(label)} <b data-clock="{name}">{escape(moment)}</b></span>'


def _footer(board: Board, scene: str) -> str:
    say = board.words.say
    tabs = "".join(
        f'<span class="tab{" is-current" if one == scene else ""}" data-tab="{one}">'
        f"{escape(say(f'wall.scene_{one}'))}</span>"
        for one in board.scenes
    )
    health, footer = say("wall.health"), board.site.footer(board.words.language, board.unit_name)
    left = [say("wall.all_sources", count=len(board.clocks))] + ([footer] if footer != health else [])
    right = [health] + ([say("wall.hotline", number=board.site.hotline)] if board.site.hotline else [])
    return (
        f'<footer class="foot"><p class="from">{_spans(left)}</p>'
        f'<p class="tabs">{tabs}</p><p class="said">{_spans(right)}</p></footer>'
    )


def _spans(texts: Iterable[str]) -> str:
    return "".join(f"<span>{escape(one)}</span>" for one in texts)
