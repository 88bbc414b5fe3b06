"""The page that tells how the displays are: which are heard, what they show, since when, with how much memory.

Each function is pure, to a string; all that a display said of itself is escaped here. It must not decide what counts
as silent: that is displays.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from model.warehouse import Snapshot
from pages.parts import theme
from pages.parts import words as written
from pages.parts.wall.displays import Heartbeat
from pages.parts.words import Words

_MEGABYTE = 1024 * 1024
_COLUMNS = {
    "display": "", "status": "", "site": "", "heard": "n", "frame": "n", "shown": "", "scene": "", "viewport": "n",
    "memory": "n", "drawn": "n", "failures": "n",
}  # fmt: skip
"""The columns and the class of each."""


@cache
def _page() -> Template:
    return Template((Path(__file__).parent / "shell" / "health.html").read_text(encoding="utf-8"))


def document(words: Words, displays: Sequence[Heartbeat], snapshot: Snapshot | None, now: datetime) -> str:
    """The whole page."""
    live = sum(not one.is_silent(now) for one in displays)
    current = snapshot.id if snapshot else None
    other = "en" if words.language == "zh" else "zh"
    return _page().substitute(
        language={"zh": "zh-CN", "en": "en"}[words.language],
        title=escape(words.say("shell.health_title")),
        count=escape(words.say("shell.health_count", live=live, total=len(displays))),
        snapshot=escape(words.say("shell.health_snapshot", snapshot=current or written.NONE)),
        other_language=other,
        other=words.say(f"shared.language_{other}"),
        variables=theme.variables(),
        displays=_table(words, displays, current, now),
    )


def _table(words: Words, displays: Sequence[Heartbeat], current: str | None, now: datetime) -> str:
    if not displays:
        return f"<p>{escape(words.say('shell.health_none'))}</p>"
    heads = "".join(
        f'<th scope="col" class="{kind}">{escape(words.say(f"shell.health_{name}"))}</th>'
        for name, kind in _COLUMNS.items()
    )
    rows = "".join(_row(words, one, current, now) for one in displays)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(words: Words, one: Heartbeat, current: str | None, now: datetime) -> str:
    status = "silent" if one.is_silent(now) else "current" if one.snapshot == current else "behind"
    cells = {
        "display": one.display,
        "status": words.say(f"shell.health_{status}"),
        "site": one.site,
        "heard": _ago(words, now - one.heard_at),
        "frame": _frame(words, one, now),
        "shown": one.snapshot or written.NONE,
        "scene": one.scene or written.NONE,
        "viewport": one.viewport or written.NONE,
        "memory": written.number(one.heap_bytes / _MEGABYTE if one.heap_bytes is not None else None),
        "drawn": f"{one.drawn_seconds:.1f}" if one.drawn_seconds is not None else written.NONE,
        "failures": written.number(one.failures),
    }
    shown = "".join(
        f'<td class="{f"status {status}" if name == "status" else kind}">{escape(cells[name])}</td>'
        for name, kind in _COLUMNS.items()
    )
    return f"<tr>{shown}</tr>"


def _frame(words: Words, one: Heartbeat, now: datetime) -> str:
    """How old the picture is: since the display last made sure that it is the current one."""
    if one.frame_age_seconds is None:
        return written.NONE
    return _ago(words, now - one.heard_at + timedelta(seconds=one.frame_age_seconds))


def _ago(words: Words, age: timedelta) -> str:
    if age < timedelta(minutes=1):
        return words.say("shell.health_now")
    return words.say("shell.health_ago", age=words.age(age))
