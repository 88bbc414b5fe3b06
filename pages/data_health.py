"""Can the data be relied on: what arrived, what was kept out and why, and what was rewritten?

Personal columns are named here, never shown. Nothing on this page accuses a source: it says what is to be verified.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import controls, findings, frame, panels
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


def show() -> None:
    """One list at a time, chosen in the URL, with how many entries each has."""
    view = frame.open_view(controls.words())
    words = view.words
    frame.sources_masthead(view, words.say("health.title"))
    totals = quality.totals(view.snapshot)
    labels = {name: f"{words.say(f'health.{name}')} {number(totals[name])}" for name in VIEWS}
    with st.container(key="views"):
        chosen = controls.switch("view", words.say("health.view"), labels, "sources", clears="pick")
    with st.container(key=f"panel_{chosen}"):
        st.html(panels.heading(words.say(f"health.{chosen}"), words.say(f"health.{chosen}_how")))
        if totals[chosen]:
            VIEWS[chosen](view, totals[chosen])
        else:
            st.html(panels.note(words.say("health.nothing")))
