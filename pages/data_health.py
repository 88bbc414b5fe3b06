"""Can the data be relied on: what arrived, what was kept out and why, and what was rewritten?

Personal columns are named here, never shown. Nothing on this page accuses a source: it says what is to be verified.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import controls, findings, frame, panels, visitor
from pages.parts.reads import quality
from pages.parts.words import number

VIEWS = {
    "sources": findings.sources,
    "batches": findings.batches,
    "refused": findings.refused,
    "quarantine": findings.quarantine,
    "cells": findings.cells,
    "revisions": findings.revisions,
    "disappeared": findings.disappeared,
}
ROWS = ("quarantine", "cells", "revisions", "disappeared")
"""Views that hold single rows: of one that was kept out, or is gone, it is not known which unit it is of."""


def show() -> None:
    """One list at a time, chosen in the URL, with how many entries each has; rows for those who see all units'."""
    view = frame.open_view(controls.words())
    words = view.words
    frame.sources_masthead(view, words.say("health.title"))
    totals = quality.totals(view.snapshot)
    offered = [name for name in VIEWS if name not in ROWS or visitor.reaches_all()]
    labels = {name: f"{words.say(f'health.{name}')} {number(totals[name])}" for name in offered}
    with st.container(key="views"):
        chosen = controls.switch("view", words.say("health.view"), labels, "sources", clears=["pick"])
    with st.container(key=f"panel_{chosen}"):
        st.html(panels.heading(words.say(f"health.{chosen}"), words.say(f"health.{chosen}_how")))
        if totals[chosen]:
            VIEWS[chosen](view, totals[chosen])
        else:
            st.html(panels.note(words.say("health.nothing")))
