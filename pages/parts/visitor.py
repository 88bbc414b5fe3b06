"""Who is here: the person behind this session, as policy knows them, and what of a page is theirs.

The provider or the proxy says who somebody is; the ledger's account, else the rules of sign_in.toml, say their role. It
must not decide: model.policy does.
"""

from __future__ import annotations

from html import escape
from typing import Any, NoReturn

import pandas as pd
import streamlit as st

from ledger import accounts, storage
from model import policy
from model.policy import Actor, RefusedError, signing_in
from pages.parts import panels, theme
from pages.parts.words import Words


def actor() -> Actor | None:
    """The person of this run; None where nobody has signed in and strangers see nothing."""
    found = signing_in.sign_in()
    if found.is_single_user:
        return signing_in.THE_SINGLE_USER
    claims = _claims(found)
    name = found.name_in(claims)
    if name is None:
        return found.unknown()
    with ledger().read() as session:
        try:
            return accounts.actor_of(session, name)
        except RefusedError as refusal:
            if refusal.code == "unknown_account":
                return found.by_rule(claims) or found.unknown()
            raise


def present() -> Actor:
    """The person of this run, for what is shown only to somebody."""
    found = actor()
    if found is None:
        raise policy.declared().refused("unknown_account", account="")
    return found


def _claims(found: signing_in.SignIn) -> dict[str, Any]:
    """What provider or proxy say of who is here; nothing before they signed in."""
    said = st.user.to_dict()
    return said if found.mode == "proxy" or said.get("is_logged_in") else {}


@st.cache_resource(show_spinner=False)
def ledger() -> storage.Ledger:
    """The ledger of this installation, with one pool of connections."""
    return storage.open_ledger()


def logged(action: str, kind: str, object_id: str, purpose: str = "", **content: Any) -> None:
    """Note in the audit trail that the person does this now; nothing that is to be noted is done where it cannot be.

    RefusedError where they may not, or not without a purpose.
    """
    note(present(), ledger(), action, kind, object_id, purpose, **content)


def note(
    who: Actor,
    book: storage.Ledger,
    action: str,
    kind: str,
    object_id: str,
    purpose: str = "",
    **content: Any,
) -> None:
    """The same for a person who was asked for before, where a page's session is not at hand."""
    policy.require(who, action, purpose=purpose)
    with book.write(who) as recorder:
        recorder.record(action, kind, object_id, purpose=purpose, **content)


def may_open(page: str) -> bool:
    """Whether the person may open a page; one that roles.toml does not name is the administrator's."""
    found = actor()
    return found is not None and policy.allows(found, policy.declared().pages.get(page, "configure"))


def reached(units: pd.DataFrame) -> pd.DataFrame:
    """Of the tree of units, those that the person answers for. RefusedError where it is none of them."""
    found = policy.scope(present())
    if found.reach == "all":
        return units
    inside: set[str] = set()
    waiting = [found.unit_id] if found.unit_id else []
    children = units.groupby("parent_unit_id")["unit_id"].agg(list).to_dict()
    while waiting:
        unit_id = waiting.pop()
        if unit_id not in inside:
            inside.add(str(unit_id))
            waiting += children.get(unit_id, [])
    found_units = units[units["unit_id"].isin(inside)].reset_index(drop=True)
    if found_units.empty and not units.empty:
        raise policy.declared().refused("no_unit")
    return found_units


def greet(words: Words) -> None:
    """Where nobody has signed in who may see anything: the way in, and nothing else."""
    try:
        found = actor()
    except RefusedError as refusal:
        _stop(words, words.pick(refusal.zh, refusal.en))
    mode = signing_in.sign_in().mode
    if found is None:
        if mode == "oidc" and st.button(words.say("shared.sign_in"), type="primary"):
            st.login()
        _stop(words, words.say("shared.sign_in_text"))


def turn_away(words: Words) -> NoReturn:
    """Say that there is no page for this person, and leave them the way out."""
    with st.sidebar:
        signed(words)
    _stop(words, words.say("shared.no_pages"))


def signed(words: Words) -> None:
    """In the sidebar: who is here in which role, and the way out."""
    found = actor()
    if found is None:
        return
    role = policy.declared().roles[found.role]
    name = "" if signing_in.sign_in().is_single_user else f"{found.account} · "
    st.html(f'<p class="nav-group">{escape(name + words.pick(role.zh, role.en))}</p>')
    if signing_in.sign_in().mode == "oidc" and st.user.get("is_logged_in"):
        if st.button(words.say("shared.sign_out")):
            st.logout()
    elif signing_in.sign_in().mode == "oidc" and st.button(words.say("shared.sign_in")):
        st.login()


def _stop(words: Words, text: str) -> NoReturn:
    st.html(theme.style(words.say("shared.skip")))
    st.html(panels.message(words.say("shared.product"), text))
    st.stop()
