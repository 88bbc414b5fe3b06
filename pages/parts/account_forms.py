"""The accounts as a page shows them: the list, a new one, and what becomes of one: changed, signed out, closed.

Whoever's role or unit changes signs in anew; the form says so. It must not decide who may: that is the ledger's.
"""

from __future__ import annotations

import streamlit as st

from ledger import accounts, sessions
from ledger.schema import Account
from model import policy
from pages.parts import controls, forms, keeping, panels
from pages.parts.keeping import Book
from pages.parts.table import Column, Tone, mark, table
from pages.parts.words import NONE


def show(book: Book) -> None:
    """All accounts and the form of a new one, else the one that was picked."""
    words = book.words
    found = book.read("accounts", accounts.listed)
    units = book.read("units", accounts.units)
    chosen = next((one for one in found if one.name == controls.picked("entry")), None)
    with st.container(key="panel_accounts"):
        if chosen is not None:
            _one(book, chosen, units)
            return
        st.html(panels.heading(words.say("accounts.list"), words.say("accounts.list_how")))
        if found:
            _list(book, found, units)
        else:
            st.html(panels.note(words.say("accounts.none")))
        with st.expander(words.say("accounts.new")):
            _form(book, None, units)


def _list(book: Book, found: list[Account], units: dict[str, str]) -> None:
    words = book.words
    columns = [
        Column("name", words.say("accounts.name"), "mono"),
        Column("role", words.say("accounts.role")),
        Column("unit", words.say("accounts.unit")),
        Column("staff", words.say("accounts.staff"), "id"),
        Column("state", words.say("accounts.state"), "mark"),
    ]
    rows = [
        {
            "key": one.name,
            "name": one.name,
            "role": _role(book, one.role),
            "unit": units.get(one.unit_id or "", one.unit_id or NONE),
            "staff": one.staff_id or NONE,
            "state": _state(book, one),
        }
        for one in found
    ]
    table(
        words, "accounts", words.say("accounts.list"), columns, rows,
        on_pick=lambda key: controls.pick("entry", key),
    )  # fmt: skip


def _one(book: Book, one: Account, units: dict[str, str]) -> None:
    """One account: its form, and the two ways to end what it has open."""
    words = book.words
    st.button(words.say("accounts.back"), on_click=controls.pick, args=("entry", None), type="tertiary")
    st.html(panels.heading(words.say("accounts.one", name=one.name), _standing(book, one)))
    _form(book, one, units)
    with st.container(horizontal=True):
        out = st.button(words.say("shared.sign_out_everywhere"), help=words.say("accounts.sign_out_how"))
        closes = st.button(
            words.say("accounts.close"), disabled=one.closed_at is not None or one.name == book.actor.account
        )
    if out and book.write(lambda recorder: sessions.sign_out_everywhere(recorder, one.name)):
        st.rerun()
    if closes and book.write(lambda recorder: accounts.close_account(recorder, one.name)):
        st.rerun()


def _form(book: Book, one: Account | None, units: dict[str, str]) -> None:
    """The fields of an account; the name of one that is there stays."""
    words, at, standing = book.words, one.name if one else "", accounts.standing(one)
    if one and one.unit_id:
        units = {one.unit_id: one.unit_id} | units  # one that is gone stays until another is chosen
    codes, place = list(units), f"form_account_{at}"
    with st.form(forms.key_of(place), border=False):
        name = at or st.text_input(words.say("accounts.name"), max_chars=forms.LONGEST_LINE)
        role = st.selectbox(
            words.say("accounts.role"), policy.ROLES, index=policy.ROLES.index(one.role) if one else None,
            format_func=lambda code: _role(book, code), placeholder=words.say("handling.choose"),
        )  # fmt: skip
        unit = st.selectbox(
            words.say("accounts.unit"), codes, format_func=lambda code: units[code],
            index=codes.index(one.unit_id) if one and one.unit_id else None,
            placeholder=words.say("accounts.no_unit"),
        )  # fmt: skip
        staff = st.text_input(words.say("accounts.staff"), value=(one.staff_id or "") if one else "")
        st.html(panels.note(words.say("accounts.anew" if one else "accounts.name_how")))
        is_sent = st.form_submit_button(words.say("accounts.save" if one else "accounts.new"), type="primary")
    given, seen = name.strip(), forms.seen(place, standing)
    if is_sent and given and role is not None:
        book.send(
            place,
            lambda recorder: accounts.open_account(recorder, given, role, unit, staff, seen),
        )
    elif is_sent:
        st.html(panels.message(words.say("handling.refused"), words.say("accounts.incomplete"), failing=True))
    forms.show(place, standing)


def _role(book: Book, code: str) -> str:
    role = policy.declared().roles[code]
    return keeping.titled(book.words, role.zh, role.en)


def _state(book: Book, one: Account) -> dict[str, object]:
    tone: Tone = "plain" if one.closed_at is None else "absent"
    return mark(_standing(book, one), tone, keeping.moment(one.closed_at))


def _standing(book: Book, one: Account) -> str:
    return book.words.say("accounts.open" if one.closed_at is None else "accounts.closed")
