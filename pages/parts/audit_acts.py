"""One act of the audit trail in words: as a row of a list, and whole, with what it says and its hashes.

It exists so that an act reads alike wherever it stands. That it was opened is in the trail before it is shown. It must
not decide who sees it.
"""

from __future__ import annotations

import json

import streamlit as st

from ledger import accounts, audit
from ledger.audit import Act, Whole
from model import policy
from pages.parts import controls, forms, keeping, panels
from pages.parts.keeping import Book
from pages.parts.words import NONE, number

OTHER_ACTS = ("refuse", "sign_in", "sign_out", "sync", "verify_trail")
"""Acts that nobody needs a right for, or that the system does."""
KINDS = (
    "account", "activity", "analysis", "assessment", "duty_list", "entry", "export", "honour", "initiative", "ledger",
    "matter", "rating", "rebase", "report", "retailer", "scenario", "session", "staff", "task", "ticket", "trail",
    "unit", "vault", "visit_code", "warning", "window", "working_day",
)  # fmt: skip
"""What acts are about."""


def row(book: Book, one: Act, units: dict[str, str]) -> dict[str, object]:
    role = policy.declared().roles.get(one.role)
    return {
        "key": str(one.sequence),
        "sequence": one.sequence,
        "moment": one.recorded_at,
        "account": one.account,
        "role": keeping.titled(book.words, role.zh, role.en) if role else one.role,
        "action": action_name(book, one.action),
        "kind": kind_name(book, one.kind),
        "item": one.item or NONE,
        "unit": units.get(one.unit_id, one.unit_id) or NONE,
        "purpose": one.purpose,
    }


def action_name(book: Book, code: str) -> str:
    """What an act is called."""
    declared = policy.declared().actions.get(code)
    if declared:
        return keeping.titled(book.words, declared.zh, declared.en)
    return book.words.say(f"audit.action_{code}") if code in OTHER_ACTS else code


def kind_name(book: Book, code: str) -> str:
    """What an act was about, as a kind."""
    return book.words.say(f"audit.kind_{code}") if code in KINDS else code


def one(book: Book, sequence: int) -> None:
    """One act: the form that asks what for, then all that it says."""
    words = book.words
    st.button(words.say("audit.back"), on_click=controls.pick, args=("entry", None), type="tertiary")
    st.html(panels.heading(words.say("audit.one", sequence=number(sequence)), words.say("audit.one_how")))
    with st.form(f"audit_entry_{sequence}", border=False, enter_to_submit=False):
        purpose = st.text_input(words.say("feedback.purpose"), max_chars=forms.LONGEST_LINE)
        is_sent = st.form_submit_button(words.say("audit.open"))
    if not is_sent:
        return

    def look() -> tuple[Whole | None]:
        with book.ledger.write(book.actor) as recorder:
            return (audit.whole(recorder, sequence, purpose),)

    found = book.attempt(look)
    if found == (None,):
        st.html(panels.note(words.say("audit.no_entry", sequence=number(sequence))))
    elif found and found[0]:
        _whole(book, found[0])


def _whole(book: Book, held: Whole) -> None:
    words, told = book.words, row(book, held.act, book.read("units", accounts.units))
    names = ("moment", "action", "account", "role", "kind", "item", "unit", "purpose")
    facts = [(words.say(f"audit.{name}"), str(told[name])) for name in names if told[name]]
    facts += [
        (words.say("audit.entry_hash"), held.entry_hash),
        (words.say("audit.previous_hash"), held.previous_hash),
        (words.say("audit.is_whole"), words.say("audit.whole" if held.is_whole else "audit.altered")),
    ]
    st.html(panels.told(facts))
    st.html(panels.part(words.say("audit.content"), words.say("audit.content_how")))
    st.code(json.dumps(held.content, ensure_ascii=False, indent=1), language="json", wrap_lines=True)
