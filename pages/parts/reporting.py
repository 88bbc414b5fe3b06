"""The monthly report on a page: made on demand with its progress shown, then offered as PDF and as DOCX.

What was made is kept for this session until another unit, month, language or snapshot is looked at. It must not know
what a report holds.
"""

from __future__ import annotations

import logging
from datetime import date

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from model import policy
from model.policy import RefusedError
from pages.parts import clocks, panels, visitor
from pages.parts.frame import View
from pages.parts.report import subject, taking, typeset
from pages.parts.report.typeset import PressError
from pages.parts.words import Words

LOG = logging.getLogger(__name__)
_HELD = "report_made"


def offer(view: View, unit_id: str, month: date) -> None:
    """The way to the report of a unit and month, for those who may make one."""
    if not policy.allows(visitor.present(), taking.ACTION):
        return
    with (
        st.container(key="report", width="content"),
        st.popover(view.words.say("report.title"), key="report_panel"),
    ):
        _panel(view, unit_id, month)


@st.fragment
def _panel(view: View, unit_id: str, month: date) -> None:
    """What will be made, the button that makes it, and the files once they are there."""
    words = view.words
    asked = subject.of(view.snapshot, unit_id, month, words.language, clocks.now())
    key = (view.snapshot.id, unit_id, month, words.language)
    st.html(panels.note(words.say("report.offer", unit=asked.unit_name, month=words.month(month))))
    if st.button(words.say("report.make"), key="report_make", type="primary"):
        st.session_state[_HELD] = (key, _made(asked))
    held, files = st.session_state.get(_HELD, (None, {}))
    for name, content in files.items() if held == key else ():
        st.download_button(
            words.say("report.download", format=name.upper()),
            data=content,
            file_name=taking.file_name(asked, name),
            mime=taking.TYPES[name],
            key=f"report_{name}",
            on_click="ignore",
        )


def _made(asked: subject.Subject) -> dict[str, bytes]:
    """The files, with how far it is; what is refused, cannot be noted or cannot be set is said."""
    words = asked.words
    bar = st.progress(0.0, text=words.say("report.making"))

    def tell(done: int, count: int) -> None:
        bar.progress(done / count, text=words.say("report.making"))

    try:
        return taking.take(visitor.present(), visitor.ledger(), asked, _formats(words), tell)
    except RefusedError as refusal:
        st.html(panels.note(words.pick(refusal.zh, refusal.en)))
    except PressError:
        LOG.exception("the press failed")
        st.html(panels.note(words.say("report.unset")))
    except (SQLAlchemyError, OSError):
        LOG.exception("the ledger could not be written")
        st.html(panels.note(words.say("report.unrecorded")))
    finally:
        bar.empty()
    return {}


def _formats(words: Words) -> list[str]:
    """The formats that can be made here; says why one cannot."""
    try:
        typeset.fonts()
    except RefusedError as refusal:
        st.html(panels.note(words.pick(refusal.zh, refusal.en)))
        return [name for name in taking.FORMATS if name != "pdf"]
    return list(taking.FORMATS)
