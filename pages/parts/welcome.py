"""What stands before the pages: the way in, the way out, and why somebody is not shown any page.

It is said in both languages, because who stands here cannot choose one. It must not decide who may come in.
"""

from __future__ import annotations

import logging
from html import escape
from typing import NoReturn

import streamlit as st

from model import policy
from model.policy import RefusedError, signing_in
from pages.parts import panels, theme, visitor
from pages.parts.words import LANGUAGES, Words

LOG = logging.getLogger(__name__)
_OVER = ("session_old", "session_idle", "session_ended")


def greet(words: Words) -> None:
    """Let in who may come in; to everybody else the way in, and nothing else."""
    try:
        found = visitor.actor()
    except RefusedError as refusal:
        _refuse(words, refusal)
    except visitor.UNREACHABLE:
        LOG.exception("the ledger could not say who is here")
        _say(words, *_both("unknown_for_now"))
    else:
        if found is not None:
            visitor.attend(found)
            return
        _say(words, *_both("sign_in_text"))
        _sign_in()
    st.stop()


def _refuse(words: Words, refusal: RefusedError) -> None:
    """Why the person is not let in, and what they can do: sign in anew, or sign out to come under another name."""
    is_over, is_oidc = refusal.code in _OVER, signing_in.sign_in().mode == "oidc"
    _say(words, *_texts(refusal), *(_both("reload") if is_over and not is_oidc else ()))
    if is_over:
        _sign_in()
    elif is_oidc and st.button(_label("sign_out")):
        st.logout()


def turn_away(words: Words) -> NoReturn:
    """Say that there is no page for this person, and leave them the way out."""
    with st.sidebar:
        signed(words)
    name, found = visitor.name(), visitor.actor()
    if name is not None and found is not None and found.account != name:
        _say(words, *_texts(policy.declared().refused("unknown_account", account=name)))
    else:
        _say(words, *_both("no_pages"))
    st.stop()


def signed(words: Words) -> None:
    """In the sidebar: who is here in which role, and the ways out."""
    found, mode = visitor.actor(), signing_in.sign_in().mode
    if found is None:
        return
    role = policy.declared().roles[found.role]
    is_known = mode != "single_user" and visitor.name() == found.account
    name = f"{found.account} · " if is_known else ""
    st.html(f'<p class="nav-group">{escape(name + words.pick(role.zh, role.en))}</p>')
    if is_known:
        _ways_out(words, mode)
    elif mode == "oidc":
        _sign_in()


def _ways_out(words: Words, mode: str) -> None:
    """One button ends this session, the other all of them. A proxy is what signs out of a proxy's session."""
    here = mode == "oidc" and st.button(words.say("shared.sign_out"))
    everywhere = st.button(
        words.say("shared.sign_out_everywhere"), help=words.say("shared.sign_out_everywhere_how")
    )
    if not here and not everywhere:
        return
    try:
        visitor.leave(everywhere=everywhere)
    except visitor.UNREACHABLE:
        LOG.exception("a sign-out could not be kept")
        st.html(
            panels.message(words.say("handling.unsaved"), words.say("shared.sign_out_failed"), failing=True)
        )
        return
    if mode == "oidc":
        st.logout()
    else:
        st.rerun()


def _sign_in() -> None:
    if signing_in.sign_in().mode == "oidc" and st.button(_label("sign_in"), type="primary"):
        st.login()


def _label(key: str) -> str:
    return " ".join(_both(key))


def _both(key: str) -> tuple[str, ...]:
    return tuple(Words(one).say(f"shared.{key}") for one in LANGUAGES)


def _texts(refusal: RefusedError) -> tuple[str, str]:
    return refusal.zh, refusal.en


def _say(words: Words, *texts: str) -> None:
    st.html(theme.style(words.say("shared.skip")))
    st.html(panels.message(_label("product"), *texts))
