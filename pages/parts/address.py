"""What the address bar says of what is drawn, or about to be; also where a request was sent before it said so.

A choice travels with whatever the browser sends first, and a page's clocks send requests of their own. It must not know
what is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

_LED_FROM, _SHOWN = "led_from", "shown"


def put(**changed: str | None) -> None:
    """Keep choices in the URL, from a callback; None forgets one."""
    query = {**shown(), **changed}
    lead({name: value for name, value in query.items() if value is not None})


def lead(query: Mapping[str, str]) -> None:
    """Let the URL say this and nothing else, from a callback: the run that follows sees it.

    All at once, since a run that was asked for meanwhile breaks this one off where the browser is told.
    """
    if st.session_state.get(_LED_FROM) is None:  # several callbacks may lead on from one request
        st.session_state[_LED_FROM] = st.query_params.to_dict()
    st.session_state[_SHOWN] = dict(query)
    st.query_params.from_dict(query)


def shown() -> dict[str, str]:
    """What the URL says of what is drawn, or is about to be: a request that was sent earlier may say what it was."""
    known: dict[str, str] | None = st.session_state.get(_SHOWN)
    return st.query_params.to_dict() if known is None else known


def catch_up() -> None:
    """Follow where a callback led, if this run was asked for before the browser heard of it; first in every run.

    A choice travels with whatever the browser sends first. Where that is a clock that asks for its own redrawing, the
    callback runs there, and the run of the page, sent in the same moment, still brings the address of before.
    """
    if st.session_state.get(_LED_FROM) == st.query_params.to_dict():
        st.query_params.from_dict(shown())
    st.session_state[_LED_FROM] = None


def show_address() -> None:
    """Let the address bar say what is shown: a link to the page that is open runs it without moving the bar."""
    st.session_state[_SHOWN] = st.query_params.to_dict()
    st.query_params.from_dict(st.session_state[_SHOWN])
