"""Which form somebody has before them: it stays the same whatever others do, until their own act is done.

It exists so that nothing typed is lost, and nothing sent overlooked, where somebody else was faster: what is sent is
held against what stood there when the form was drawn. It must not know what a form asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

LONGEST_LINE, LONGEST_TEXT = 200, 2000
"""The characters of a line and of a text that somebody may type."""
_DONE, _SEEN = "forms_done", "forms_seen"
Standing = TypeVar("Standing")


def key_of(place: str) -> str:
    """The key of the form at a place: another once its act is done, so that it is blank again."""
    return f"{place}_{_kept(_DONE).get(place, 0)}"


def counting(place: str) -> Callable[[], None]:
    """What is called when the act of a form is done, before anything is told: who sends it twice acts once."""
    done: dict[str, int] = _kept(_DONE)

    def count() -> None:
        done[place] = done.get(place, 0) + 1

    return count


def seen(place: str, now: Standing) -> Standing:
    """What stood there when the form was drawn, which is what its sender looked at; `now` where it was not yet."""
    found: Standing = _kept(_SEEN).get(place, now)
    return found


def show(place: str, now: Standing) -> None:
    """Remember what stands there, once all is drawn and told."""
    _kept(_SEEN)[place] = now


def _kept(name: str) -> dict[str, Any]:
    found: dict[str, Any] = st.session_state.setdefault(name, {})
    return found
