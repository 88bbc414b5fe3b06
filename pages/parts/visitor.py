"""Who is here: the person behind this session, as policy knows them, and what of a page is theirs.

The provider or the proxy says who somebody is; the ledger's account, else the rules of sign_in.toml, say their role. It
must not decide: model.policy does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from ledger import accounts, sessions, storage
from model import policy
from model.policy import Actor, RefusedError, signing_in
from pages.parts import clocks, lifetime
from pages.parts.lifetime import ARRIVALS, ATTENDANCE, Visit

LOG = logging.getLogger(__name__)
UNREACHABLE = (SQLAlchemyError, OSError)
"""What a ledger raises that cannot be reached."""
_KNOWN = "known_actor"
_BELIEVED = timedelta(minutes=10)
"""How long somebody is still who they were while the ledger cannot be asked, so that a form keeps what was typed."""


def actor() -> Actor | None:
    """The person of this run; None where nobody has signed in and strangers see nothing.

    RefusedError where the account is not known or closed, or the session is over.
    """
    found = signing_in.sign_in()
    if found.is_single_user:
        return signing_in.THE_SINGLE_USER
    claims = _claims(found)
    name = found.name_in(claims)
    if name is None:
        return found.unknown()
    visit, moment = lifetime.of(found, claims), clocks.now()
    if code := ATTENDANCE.over(visit, found.lifetime, moment):
        raise policy.declared().refused(code)
    try:
        who = _of_ledger(name, visit) or found.by_rule(claims) or found.unknown()
    except UNREACHABLE:
        if (who := _remembered(visit, moment)) is None:
            raise
        return who
    if who is None:
        raise policy.declared().refused("unknown_account", account=name)
    st.session_state[_KNOWN] = (visit, moment, who)
    return who


def _of_ledger(name: str, visit: Visit) -> Actor | None:
    """Who the ledger says that this is; None where it does not know the name."""
    with ledger().read() as session:
        if sessions.is_over(session, name, visit.digest, visit.began_at):
            raise policy.declared().refused("session_ended")
        try:
            return accounts.actor_of(session, name)
        except RefusedError as refusal:
            if refusal.code == "unknown_account":
                return None
            raise


def _remembered(visit: Visit, moment: datetime) -> Actor | None:
    """Who this was a short while ago."""
    held: tuple[Visit, datetime, Actor] | None = st.session_state.get(_KNOWN)
    return held[2] if held and held[0] == visit and moment - held[1] <= _BELIEVED else None


def attend(who: Actor) -> None:
    """Note that something was done in this session, where a person brought this run about, and once that they came."""
    found = signing_in.sign_in()
    is_attended = lifetime.is_attended()
    if not found.is_single_user and is_attended and (claims := _claims(found)):
        visit, moment = lifetime.of(found, claims), clocks.now()
        ATTENDANCE.note(visit, moment)
        if who.account == found.name_in(claims):
            _arrive(who, visit, found, moment)


def _arrive(who: Actor, visit: Visit, found: signing_in.SignIn, moment: datetime) -> None:
    """Keep a sign-in in the audit trail; a ledger that cannot be reached keeps it with the next thing that is done."""
    is_proof = found.mode == "oidc"
    key = visit.digest if is_proof else who.account
    if not ARRIVALS.is_new(key, None if is_proof else found.lifetime.idle, moment):
        return
    try:
        with ledger().write(who) as recorder:
            recorder.record("sign_in", "session", who.account, unit_id=who.unit_id)
    except UNREACHABLE:
        LOG.exception("a sign-in could not be kept")
        ARRIVALS.forget(key)


def is_here() -> bool:
    """Whether the person of this page may still see it; a ledger that cannot be reached ends nothing."""
    try:
        return actor() is not None
    except RefusedError:
        return False
    except UNREACHABLE:
        return True


def lasting() -> Callable[[], None]:
    """What refuses once this session is over: asked later, where the page's own session is not at hand.

    A file that is made only when somebody takes it is made past the page, which may be open longer than its session.
    """
    found = signing_in.sign_in()
    claims = {} if found.is_single_user else _claims(found)
    account = found.name_in(claims)
    if account is None:
        return lambda: None
    visit, book = lifetime.of(found, claims), ledger()

    def require_it() -> None:
        code = ATTENDANCE.over(visit, signing_in.sign_in().lifetime, clocks.now())
        with book.read() as session:
            if code is None and sessions.is_over(session, account, visit.digest, visit.began_at):
                code = "session_ended"
        if code is not None:
            raise policy.declared().refused(code)

    return require_it


def name() -> str | None:
    """What provider or proxy call the person who is here, whether anybody knows that name or not."""
    found = signing_in.sign_in()
    return None if found.is_single_user else found.name_in(_claims(found))


def leave(*, everywhere: bool) -> None:
    """End this session, or all that this person has, for every server and for cookies that were copied."""
    found = signing_in.sign_in()
    who, visit = present(), lifetime.of(found, _claims(found))
    with ledger().write(who) as recorder:
        if everywhere:
            sessions.sign_out_everywhere(recorder, who.account)
        else:
            sessions.sign_out(recorder, visit.digest)


def present() -> Actor:
    """The person of this run, for what is shown only to somebody."""
    found = actor()
    if found is None:
        raise policy.declared().refused("unknown_account", account="")
    return found


def _claims(found: signing_in.SignIn) -> dict[str, Any]:
    """What provider or proxy say of who is here; nothing before they signed in."""
    said = st.user.to_dict()
    if found.mode == "proxy":
        return {name: _as_sent(value) for name, value in said.items()}
    return said if said.get("is_logged_in") else {}


def _as_sent(value: Any) -> Any:
    """What a header says that came as UTF-8: a server reads the bytes of headers as Latin-1."""
    try:
        return value.encode("latin-1").decode() if isinstance(value, str) else value
    except UnicodeError:
        return value


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
    """Whether the person may open a page."""
    return opens(actor(), page)


def opens(who: Actor | None, page: str) -> bool:
    """Whether somebody may open a page; one that roles.toml does not name is the administrator's."""
    return who is not None and policy.allows(who, _action_of(page))


def require(page: str) -> None:
    """RefusedError where the person may not open this page."""
    who = present()
    if not opens(who, page):
        policy.require(who, _action_of(page))


def _action_of(page: str) -> str:
    return policy.declared().pages.get(page, "configure")


def reaches_all() -> bool:
    """Whether the person sees the rows of every unit."""
    return policy.scope(present()).reach == "all"


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
