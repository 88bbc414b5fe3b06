"""Before and after: the indicator that a posted problem shall move, with limits that begin anew in the month of launch.

The same chart as on the page of trends, for the unit that took the problem up. That a line moved says that something
changed, not that the launch did it. It must not judge: limits and centres come from the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from ledger.schema import Scenario
from model import policy
from model.indicators import Indicator, catalogue
from pages.parts import panels, trending
from pages.parts import words as written
from pages.parts.frame import View
from pages.parts.judged import Spot
from pages.parts.keeping import Book
from pages.parts.reads import indicators, records
from pages.parts.trending import Subject
from pages.parts.words import Words


def chart(view: View, book: Book, one: Scenario) -> None:
    """The chart and what it says before and after; nothing without an indicator, or of a unit not to be seen."""
    item = catalogue().indicators.get(str(one.indicator_id))
    unit_id = one.taker_unit_id or one.unit_id
    if item is None or not policy.allows(book.actor, "see_units"):
        return
    units = records.units(view.snapshot)
    if unit_id not in set(units["unit_id"]):
        return
    words = view.words
    st.html(panels.part(words.say("scenarios.before_after")))
    months = indicators.months(view.snapshot, unit_id, item.id)
    if not months:
        st.html(panels.note(words.say("scenarios.no_months")))
        return
    launched = one.launched_on.replace(day=1) if one.launched_on else None
    anew = {unit_id: (launched,)} if launched else {}
    name = records.name_of(units, unit_id)
    subject = Subject(view, item, unit_id, name, months[-1], anew)
    st.html(panels.told(told(words, item, subject.spots, launched)))
    trending.chart(subject)
    st.html(panels.note(words.say("scenarios.caveat")))


def told(
    words: Words, item: Indicator, spots: Sequence[Spot], launched: date | None
) -> list[tuple[str, str]]:
    """The launch, and the centre line before and after it; which of them there is not yet is said."""
    if launched is None:
        return [(words.say("scenarios.launch"), words.say("scenarios.not_launched"))]
    before = [one for one in spots if one.month < launched]
    after = [one for one in spots if one.month >= launched]
    return [
        (words.say("scenarios.launch"), words.month(launched)),
        (words.say("scenarios.before"), _centre(words, item, before)),
        (words.say("scenarios.after"), _centre(words, item, after)),
    ]


def _centre(words: Words, item: Indicator, spots: Sequence[Spot]) -> str:
    """The centre line of a stretch of months; where it is too short for one, so."""
    centre = next((one.centre for one in reversed(spots) if one.centre is not None), None)
    months = str(sum(one.value is not None for one in spots))
    if centre is None:
        return words.say("scenarios.too_short", months=months)
    return words.say("scenarios.centre", value=written.value(centre, item.kind), months=months)
