"""A table that sorts, searches, exports and can be picked from, in the browser, in the page's language.

It exists because a list must be readable by a screen reader, in both languages and on a phone. Rows are sent as
data and set as text, never as HTML. It must not fetch and must not be given what may not be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from pages.parts.words import Words

PAGE = 25
Kind = Literal[
    "text", "short", "number", "id", "mono", "mark", "list", "long", "shares", "titled", "figure", "picture"
]


@dataclass(frozen=True)
class Column:
    """One column: what its cells look like and what it is called.

    A `mark` is {text, tone, order}, a `titled` {text, under} on two lines, a `list` a list of texts, `shares` a list of
    counts drawn as a stacked bar; the rest is text (`short` is not broken), `number` is aligned right and grouped,
    `id` a number that counts nothing. A `figure` is {text, tone, under, order}: a number as it is read, with
    a remark below it and the number that it is sorted by; a `picture` {src, text, order}. `hint` explains the head.
    """

    name: str
    label: str
    kind: Kind = "text"
    hint: str = ""


_component = st.components.v2.component(
    "integrity_table",
    js=(Path(__file__).parent / "table.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


Tone = Literal["plain", "good", "attention", "better", "absent", "strong", "worse", "overdue", "target"]


@dataclass(frozen=True)
class Export:
    """What stands in a downloaded file beside the rows: its name, and the lines that say what it is of."""

    file: str
    stamp: tuple[str, ...]


def mark(text: str, tone: Tone = "plain", title: str = "", order: float | None = None) -> dict[str, Any]:
    """A word with a sign; the tone repeats what the word says. `order`: what it is sorted by, where not by the word."""
    return {"text": text, "tone": tone, "title": title} | ({} if order is None else {"order": order})


def figure(
    text: str, order: float | None, tone: Tone = "plain", under: str = "", title: str = ""
) -> dict[str, Any]:
    """A number as it is read, the number itself, and a remark; `absent` for what is no number."""
    return {"text": text, "order": order, "tone": tone, "under": under, "title": title}


def picture(source: str, text: str, order: float | None = None) -> dict[str, Any]:
    """An image with the words that say the same."""
    return {"src": source, "text": text, "order": order}


def table(
    words: Words,
    key: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[dict[str, Any]],
    *,
    picked: str | None = None,
    on_pick: Callable[[str | None], None] | None = None,
    on_open: Callable[[str], None] | None = None,
    export: Export | None = None,
    look: str = "",
    page: int = PAGE,
) -> None:
    """Show the rows. With `on_pick` each row, named by its `key`, can be picked by its first cell.

    With `on_open` the first cell of a row that has an `href` leads there: opened here it is `on_open` that goes. Rows
    with a `group` stand under its name until they are sorted. With `export` the rows found can be downloaded.
    """
    full_key = f"table_{key}"

    def _picked() -> None:
        if on_pick:
            on_pick(st.session_state[full_key].get("picked"))

    texts = ("search", "more", "count", "none", "sort", "open", "export")
    shown = _component(
        key=full_key,
        data={
            "caption": caption,
            "columns": [asdict(column) for column in columns],
            "rows": list(rows),
            "picked": picked,
            "pickable": on_pick is not None,
            "page": page,
            "look": look,
            "export": asdict(export) if export else None,
            "words": {name: _template(words, name) for name in texts},
        },
        on_opened_change=lambda: None,
        on_picked_change=_picked,
    )
    if on_open and shown.opened:
        on_open(shown.opened)


def _template(words: Words, name: str) -> str:
    """The text with its places left open for the browser to fill."""
    return words.say(f"shared.table_{name}", count="{count}", shown="{shown}", total="{total}")
