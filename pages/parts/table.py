"""A table that sorts, searches and can be picked from, in the browser, in the page's language.

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
Kind = Literal["text", "short", "number", "id", "mono", "mark", "list", "long", "shares", "titled"]


@dataclass(frozen=True)
class Column:
    """One column: what its cells look like and what it is called.

    A `mark` is {text, tone}, a `titled` {text, under} on two lines, a `list` a list of texts, `shares` a list of
    counts drawn as a stacked bar; the rest is text (`short` is not broken), `number` is aligned right and grouped,
    `id` a number that counts nothing.
    """

    name: str
    label: str
    kind: Kind = "text"


_component = st.components.v2.component(
    "integrity_table",
    js=(Path(__file__).parent / "table.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def mark(text: str, tone: Literal["plain", "good", "attention"] = "plain") -> dict[str, str]:
    """A word with a sign; the tone repeats what the word says."""
    return {"text": text, "tone": tone}


def table(
    words: Words,
    key: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[dict[str, Any]],
    *,
    picked: str | None = None,
    on_pick: Callable[[str | None], None] | None = None,
) -> None:
    """Show the rows. With `on_pick` each row, named by its `key`, can be picked by its first cell."""
    full_key = f"table_{key}"

    def _picked() -> None:
        if on_pick:
            on_pick(st.session_state[full_key].get("picked"))

    texts = ("search", "more", "count", "none", "sort", "open")
    _component(
        key=full_key,
        data={
            "caption": caption,
            "columns": [asdict(column) for column in columns],
            "rows": list(rows),
            "picked": picked,
            "pickable": on_pick is not None,
            "page": PAGE,
            "words": {name: _template(words, name) for name in texts},
        },
        on_picked_change=_picked,
    )


def _template(words: Words, name: str) -> str:
    """The text with its places left open for the browser to fill."""
    return words.say(f"shared.table_{name}", count="{count}", shown="{shown}", total="{total}")
