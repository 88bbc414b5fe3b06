"""Which findings wait to be verified, how serious are they, and why was each raised?

A warning is a reason to look, never a verdict. No person is on this page; a record is named by its number alone.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import controls, frame, panels, warning_detail, warning_list
from pages.parts.reads import records, warnings


def show() -> None:
    """The list as filtered, or the one warning that the URL names."""
    view = frame.open_view(controls.words())
    words, units = view.words, records.units(view.snapshot)
    unit_id, chosen = controls.asked_unit(units), controls.picked("warning")
    frame.unit_masthead(view, words.say("warnings.title"), records.coverage(view.snapshot, unit_id))
    if chosen:
        warning_detail.back(words, warning_list.FILTERS)
        one = warnings.one(view.snapshot, chosen)
        if one is None or one["unit_id"] not in set(units["unit_id"]):
            st.html(panels.note(words.say("warnings.gone")))
        else:
            warning_detail.show(view, one, units)
        st.html(panels.note(words.say("warnings.caveat")))
        return
    with st.container(key="filters_warnings", horizontal=True):
        controls.choose_unit(words, units)
        state = warning_list.choose_state(words)
        found = (warnings.standing if state == "standing" else warnings.withdrawn)(view.snapshot, unit_id)
        rows = warning_list.rows_of(found)
        filters = warning_list.choose(words, rows)
    unit_name = records.name_of(units, unit_id)
    warning_list.counts(words, rows, filters)
    with st.container(key="panel_warnings"):
        said = words.say("warnings.counts", unit=unit_name)
        st.html(panels.heading(words.say("warnings.list"), said, words.say("warnings.list_how")))
        warning_list.show(view, filters.take(rows), unit_name, state, filters)
    st.html(panels.note(words.say("warnings.caveat")))
