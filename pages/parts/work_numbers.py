"""Work numbers that somebody typed: each must be somebody's before anything is written of a person.

It must not say who somebody is.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from sqlalchemy import select

from ledger.schema import Account
from pages.parts import panels
from pages.parts.frame import View
from pages.parts.keeping import Book
from pages.parts.reads import staff


def are_known(view: View, book: Book, numbers: Sequence[str]) -> bool:
    """Whether the register of staff or an account holds each of them; which is not held is told."""
    if not numbers:
        return True
    words = book.words
    held = book.read(
        "staff_of_accounts", lambda session: set(session.scalars(select(Account.staff_id).distinct()))
    )
    missing = staff.unknown(view.snapshot, [one for one in numbers if one not in held])
    if missing:
        said = words.say("handling.no_such_staff", numbers=words.say("shared.list_joint").join(missing))
        st.html(panels.message(words.say("handling.refused"), said, failing=True))
    return not missing
