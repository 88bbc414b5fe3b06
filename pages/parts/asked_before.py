"""What was asked in this session, the newest first; one of it is picked to be asked again.

It lives as long as the session and is kept nowhere: what must be kept is in the audit trail.
"""

from __future__ import annotations

import streamlit as st

from model.exploration.run import Run
from pages.parts import clocks, controls, export, panels
from pages.parts.frame import View
from pages.parts.table import Column, table
from pages.parts.words import moment

_HISTORY = "asked_in_session"


def remember(run: Run) -> None:
    """Put a run before those that were asked earlier."""
    asked: list[Run] = st.session_state.setdefault(_HISTORY, [])
    if run not in asked:
        asked.insert(0, run)


def history(view: View) -> None:
    """What was asked in this session, the newest first; one is picked to be asked again."""
    words = view.words
    asked: list[Run] = st.session_state.get(_HISTORY, [])
    if not asked:
        return
    rows = [
        {
            "key": str(index),
            "text": one.text,
            "state": words.say(f"explore.state_{one.state}"),
            "at": moment(one.started_at, clocks.now()),
            "rows": one.shape.rows,
        }
        for index, one in enumerate(asked)
    ]
    columns = [
        Column("text", words.say("explore.history_text"), "mono"),
        Column("state", words.say("explore.history_state"), "short"),
        Column("at", words.say("explore.history_at"), "short"),
        Column("rows", words.say("explore.rows"), "number"),
    ]
    with st.container(key="panel_history"):
        st.html(panels.heading(words.say("explore.history")))
        picked = lambda key: controls.pick("sql", asked[int(key)].text) if key else None  # noqa: E731
        table(
            words,
            "history",
            words.say("explore.history"),
            columns,
            rows,
            on_pick=picked,
            export=export.stamped(view, "explore", (words.say("explore.history"),)),
        )
