"""What was done, by whom and when: the audit trail, whether its chain holds, and files of it for the archive.

Who keeps the system sees that the chain holds and which acts kept it; what acts were about is the discipline role's. It
shows no business data: none is read for this page.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import audit_files, auditing, controls, frame, keeping, visitor


def show() -> None:
    """The chain, the act that the URL names or the acts that were asked for, and their export."""
    words = controls.words()
    frame.plain_masthead(words, words.say("audit.title"))
    book = keeping.open_book(words, visitor.present())
    with st.container(key="panel_chain"):
        auditing.chain(book)
    with st.container(key="panel_acts"):
        auditing.acts(book)
    audit_files.show(book)
