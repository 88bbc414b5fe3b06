"""From which months limits begin anew: what was recorded, shown to all beside the chart, and the form to record it.

The ledger keeps it, so that everybody sees the same chart. It must not compute limits: model/judgement/rebase.py does.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from ledger import rebasing as kept
from ledger.schema import Rebase
from model import policy
from pages.parts import forms, keeping, monthly, panels, visitor
from pages.parts.words import Words

LOG = logging.getLogger(__name__)
MONTHS_BACK = 48
Starts = dict[str, tuple[date, ...]]
"""From which months the limits of an indicator begin anew, by unit."""


def recorded(indicator_id: str) -> list[Rebase] | None:
    """All that was said about an indicator in the units that the person sees; None where the ledger cannot be read."""
    try:
        with visitor.ledger().read() as session:
            return kept.entries(session, visitor.present(), indicator_id)
    except (SQLAlchemyError, OSError) as error:
        LOG.warning("rebases could not be read: %s", type(error).__name__)
        return None


def starts(said: Sequence[Rebase] | None) -> Starts:
    """What of it stands."""
    found: Starts = {}
    for one in sorted(kept.standing(said or ()), key=lambda one: one.month):
        found[one.unit_id] = (*found.get(one.unit_id, ()), one.month)
    return found


def form(words: Words, indicator_id: str, unit_id: str, month: date, said: Sequence[Rebase] | None) -> None:
    """For those who may: record a month with its reason, or take one back; nothing for others."""
    who = visitor.present()
    if said is None or not policy.allows(who, kept.ACTION):
        return
    book = keeping.open_book(words, who)
    held = {one.rebase_id: one for one in kept.standing(said) if one.unit_id == unit_id}
    place = f"rebase_{indicator_id}_{unit_id}"
    key = forms.key_of(place)
    with st.container(key="rebase", width="content"), st.popover(words.say("trends.rebase")):
        st.html(panels.note(words.say("trends.rebase_how")))
        with st.form(key, border=False):
            first = st.selectbox(
                words.say("trends.rebase_from"),
                monthly.span(month, MONTHS_BACK)[::-1],
                format_func=words.month,
                key=f"{month}_{key}",
            )
            reason = _reason(words, f"reason_{key}")
            is_sent = st.form_submit_button(words.say("trends.rebase_record"), type="primary")
        if is_sent:
            book.send(place, lambda recorder: kept.begin_anew(recorder, indicator_id, unit_id, first, reason))
        if held:
            with st.form(f"back_{place}_{len(said)}", border=False):
                chosen = st.selectbox(
                    words.say("trends.rebase_standing"), list(held),
                    format_func=lambda one: f"{words.month(held[one].month)} · {held[one].reason}",
                )  # fmt: skip
                why = _reason(words, f"why_{place}_{len(said)}")
                is_back = st.form_submit_button(words.say("trends.rebase_take_back"))
            if is_back and book.write(lambda recorder: kept.take_back(recorder, chosen, why)):
                st.rerun()


def _reason(words: Words, key: str) -> str:
    said = st.text_input(words.say("trends.rebase_reason"), key=key, max_chars=kept.LONGEST_REASON)
    return str(said or "")


def listed(words: Words, unit_id: str, said: Sequence[Rebase] | None) -> None:
    """What was recorded about one series: from when, why, by whom and when, and what was taken back."""
    if said is None:
        st.html(panels.note(words.say("trends.rebase_unread")))
    elif own := [one for one in said if one.unit_id == unit_id]:
        steps = [_step(words, one) for one in own]
        st.html(panels.part(words.say("trends.rebases")) + panels.steps(steps))


def _step(words: Words, one: Rebase) -> tuple[str, str, str]:
    key = "trends.rebase_taken_back" if one.takes_back else "trends.rebased"
    text = words.say(key, month=words.month(one.month), reason=one.reason)
    return keeping.moment(one.made_at), text, one.made_by
