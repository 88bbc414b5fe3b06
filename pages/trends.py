"""How has an indicator moved, was it chance, how do like units stand, and which records are behind it?

No record's personal column is on this page. Units are compared, never ranked.
"""

from __future__ import annotations

import streamlit as st

from model.indicators import catalogue
from model.indicators.sources import counts_working_days
from pages.parts import controls, frame, monthly, notices, panels, pictures, rebasing, trend_lists, trending
from pages.parts.reads import indicators, records
from pages.parts.trending import Subject

VIEWS = {
    "units": trend_lists.units,
    "months": trend_lists.months,
    "seasons": trend_lists.seasons,
    "records": trend_lists.records,
    "meaning": trend_lists.meaning,
}


def show() -> None:
    """Filters, the control chart beside the funnel, then one list: units, months, seasons, records or the meaning."""
    view = frame.open_view(controls.words())
    words, units = view.words, records.units(view.snapshot)
    unit_id = controls.asked_unit(units)
    item = controls.asked_indicator()
    coverage = records.coverage(view.snapshot, unit_id)
    frame.unit_masthead(view, words.say("trends.title"), coverage)
    newest = monthly.newest(coverage.values()) or monthly.before(view.now)
    with st.container(key="filters", horizontal=True):
        controls.choose_unit(words, units)
        controls.choose_indicator(words)
        month = controls.choose_month(words, indicators.months(view.snapshot, unit_id, item.id), newest)
        said = rebasing.recorded(item.id)
        if item.series == "flow":
            rebasing.form(words, item.id, unit_id, month, said)
    pictures.breadcrumb(units, unit_id)
    starts = rebasing.starts(said)
    subject = Subject(view, item, unit_id, records.name_of(units, unit_id), month, starts)
    chart, funnel = st.columns([8, 5], gap="small")
    with chart, st.container(key="panel_chart", height="stretch"):
        trending.chart(subject)
        if counts_working_days(item, catalogue()) and (told := notices.of_calendar(words, view.snapshot)):
            st.html(panels.note(told))
        rebasing.listed(words, unit_id, said)
    with funnel, st.container(key="panel_funnel", height="stretch"):
        trending.funnel(subject, units)
    with st.container(key="views"):
        labels = {name: words.say(f"trends.view_{name}") for name in VIEWS}
        chosen = controls.switch("view", words.say("trends.view"), labels, "units")
    with st.container(key=f"panel_{chosen}"):
        st.html(panels.heading(words.say(f"trends.view_{chosen}"), subject.name, subject.unit_name))
        VIEWS[chosen](subject, units)
