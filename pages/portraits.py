"""How upright does a unit's record look, on which dimensions, how sure is that, and what is it made of?

No person is a subject. A rank is only ever a range; a score is shown with its interval and led back to its records.
"""

from __future__ import annotations

import streamlit as st

from model.indicators import catalogue
from model.judgement import rules
from model.judgement.explanation import explained
from pages.parts import controls, frame, panels, portrait_pictures, portraiture
from pages.parts.reads import portraits, records

PRINT = "print"


def show() -> None:
    """The subject and its month, its scores, what moves them, and what they are made of; or its sheet of paper."""
    view = frame.open_view(controls.words())
    words, units = view.words, records.units(view.snapshot)
    unit_id = controls.asked_unit(units)
    is_sheet = controls.picked("view") == PRINT
    frame.unit_masthead(view, words.say("portraits.title"), records.coverage(view.snapshot, unit_id))
    kinds = portraits.kinds(view.snapshot)
    if not kinds:
        st.html(panels.message(words.say("portraits.none_title"), words.say("portraits.none_text")))
        return
    with st.container(key="filters", horizontal=True):
        kind, subject_id, name = portrait_pictures.choose_subject(view, kinds, units)
        own = portraits.of_subject(view.snapshot, kind, subject_id)
        if own.empty:
            st.html(panels.note(words.say("portraits.none_of_unit", unit=name)))
            return
        months = portraiture.months(own)
        month = controls.choose_month(words, months, months[0])
        portrait_pictures.views(words, is_sheet=is_sheet)
    shown = month if month in months else months[0]
    if shown != month:
        said = words.say("portraits.other_month", month=words.month(month), shown=words.month(shown))
        st.html(panels.remark(said))
    end = portraiture.end_of(own, shown)
    level = str(own["level"].iloc[0])
    like = portraits.of_level(view.snapshot, kind, level, end)
    portrait = portraiture.compose(name, own, like, end, kinds)
    measured = portraits.measured(view.snapshot, kind, level, end)
    parts = explained(measured, subject_id, catalogue(), rules().portrait)
    movers = portraits.movers(view.snapshot, kind, subject_id, end)
    if is_sheet:
        portrait_pictures.sheet(view, portrait, movers, parts)
        return
    portrait_pictures.scores(view, portrait)
    portrait_pictures.past(view, portrait)
    portrait_pictures.movers(view, movers)
    portrait_pictures.explanation(view, kind, subject_id, portrait, parts)
