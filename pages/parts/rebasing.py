"""The choice to compute limits anew from a month, with its reason. Both are kept in the URL, and nowhere else yet.

It must not compute limits: model/judgement/rebase.py does, by the rules of every trend.
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from pages.parts import controls, monthly, panels
from pages.parts.words import Words

MONTHS_BACK = 48
_REASON = "reason"
LONGEST_REASON = 120


def choose(words: Words, month: date) -> tuple[tuple[date, ...], str]:
    """The months at which limits begin anew, with the reason; none where no reason is given."""
    options = [one.isoformat()[:7] for one in reversed(monthly.span(month, MONTHS_BACK))]
    asked, reason = st.query_params.get("rebase", ""), st.query_params.get(_REASON, "").strip()
    label = words.say("trends.rebase")
    with st.container(key="rebase", width="content"), st.popover(label):
        st.html(panels.note(words.say("trends.rebase_how")))
        controls.choose(
            "rebase",
            words.say("trends.rebase_from"),
            ["", *options],
            "",
            lambda one: (
                words.month(date.fromisoformat(f"{one}-01")) if one else words.say("trends.rebase_never")
            ),
        )
        controls.write("reason", words.say("trends.rebase_reason"), LONGEST_REASON)
        if asked in options and not reason:
            st.html(panels.note(words.say("trends.rebase_waits")))
    if asked in options and reason:
        return (date.fromisoformat(f"{asked}-01"),), reason[:LONGEST_REASON]
    return (), ""
