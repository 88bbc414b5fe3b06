"""The audit trail as a page shows it: the state of its chain, the acts that were asked for, one act whole.

What is asked for stands in the URL; that it was asked is in the trail before anything is shown. It must not decide who
sees what: that is policy's, through ledger/audit.py.
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from ledger import accounts, audit
from ledger.audit import Act, Asked
from ledger.proof import Proof
from model import policy
from pages.parts import audit_acts, clocks, controls, forms, panels
from pages.parts.audit_acts import KINDS, OTHER_ACTS
from pages.parts.keeping import Book
from pages.parts.table import Column, Export, table
from pages.parts.words import NONE, number

_ASKED, _NOTED = ("since", "until", "action", "kind", "account", "item"), "audit_noted"
_SHOWN_FINDINGS = 20


# --- the chain --------------------------------------------------------------------------------------------------------


def chain(book: Book) -> None:
    """Where the chain ends, when it was last proved, and the button that proves it now."""
    words = book.words
    st.html(panels.heading(words.say("audit.chain"), words.say("audit.chain_how")))
    facts = st.container()
    if st.button(words.say("audit.verify")):
        _verify(book)
    end = book.read("audit_head", lambda session: audit.head(session, book.actor))
    last = book.read("audit_verified", lambda session: audit.last_verified(session, book.actor))
    said = words.say("audit.never")
    if last is not None:
        key = "audit.held" if last.findings == 0 else "audit.broken"
        said = words.say(
            key, moment=last.recorded_at, account=last.account, entries=number(last.entries),
            rows=number(last.rows), count=number(last.findings), since=number(end.sequence - last.head.sequence),
        )  # fmt: skip
    ends = words.say("audit.end", sequence=number(end.sequence), hash=end.hash) if end.sequence else NONE
    facts.html(panels.told([(words.say("audit.last"), said), (words.say("audit.head"), ends)]))


def _verify(book: Book) -> None:
    words = book.words
    bar = st.progress(0.0, text=words.say("audit.verifying"))

    def tell(done: int, last: int) -> None:
        said = words.say("audit.verifying_at", done=number(done), last=number(last))
        bar.progress(min(done / last, 1.0), text=said)

    found = book.attempt(lambda: audit.verify(book.ledger, book.actor, tell))
    bar.empty()
    if found is not None:
        _tell(book, found)


def _tell(book: Book, found: Proof) -> None:
    """What a proof found; which rows, to those who see what acts were about."""
    words = book.words
    if found.holds:
        said = words.say("audit.holds_text", entries=number(found.entries), rows=number(found.rows))
        st.html(panels.message(words.say("audit.holds"), said))
        return
    texts = [words.say("audit.findings", count=number(len(found.findings)))]
    if audit.sees_all(book.actor):
        texts += [str(one) for one in found.findings[:_SHOWN_FINDINGS]]
    st.html(panels.message(words.say("audit.does_not_hold"), *texts, failing=True))


# --- the acts ---------------------------------------------------------------------------------------------------------


def acts(book: Book) -> None:
    """The act that the URL names, else those that were asked for."""
    words = book.words
    picked = controls.number(controls.picked("entry") or "")
    if picked is not None and audit.sees_all(book.actor):
        audit_acts.one(book, picked)
        return
    how = "audit.acts_how" if audit.sees_all(book.actor) else "audit.acts_watched"
    st.html(panels.heading(words.say("audit.acts"), words.say(how)))
    asked = _filters(book)
    before = controls.picked("before") or ""
    older_than = controls.number(before)
    if not _noted(book, asked, before):
        return
    found = book.read(
        f"audit_{asked}_{before}", lambda session: audit.listed(session, book.actor, asked, older_than)
    )
    if found:
        _list(book, found, asked)
    else:
        st.html(panels.note(words.say("audit.none")))
    with st.container(key="audit_pages", horizontal=True):
        if before:
            st.button(words.say("audit.newest"), on_click=controls.pick, args=("before", None))
        if len(found) == audit.PAGE:
            older = words.say("audit.older", count=audit.PAGE)
            st.button(older, on_click=controls.pick, args=("before", str(found[-1].sequence)))


def _noted(book: Book, asked: Asked, before: str) -> bool:
    """Whether it is in the trail that these acts are read; asked again in the same session it is no other look."""
    question = (book.actor.account, asked, before)
    if st.session_state.get(_NOTED) == question:
        return True

    def note() -> bool:
        with book.ledger.write(book.actor) as recorder:
            audit.note(recorder, asked)
        return True

    if not book.attempt(note):
        return False
    st.session_state[_NOTED] = question
    return True


def _filters(book: Book) -> Asked:
    """What to look for, as the URL says; the form writes it there."""
    words, held = book.words, {name: st.query_params.get(name, "") for name in _ASKED}
    sees_all = audit.sees_all(book.actor)
    actions = [*policy.declared().actions, *OTHER_ACTS] if sees_all else list(policy.declared().watched)
    with st.form("audit_filters", border=False, enter_to_submit=True):
        places = iter([*st.columns(3), *st.columns(3)] if sees_all else st.columns(4))
        given: dict[str, object] = {}
        for name in ("since", "until"):
            given[name] = next(places).date_input(
                words.say(f"audit.{name}"), value=_day(held[name]), format="YYYY-MM-DD"
            )
        given["action"] = next(places).selectbox(
            words.say("audit.action"),
            actions,
            index=actions.index(held["action"]) if held["action"] in actions else None,
            format_func=lambda one: audit_acts.action_name(book, one),
            placeholder=words.say("shared.all"),
        )
        given["account"] = next(places).text_input(
            words.say("audit.account"), held["account"], max_chars=forms.LONGEST_LINE
        )
        if sees_all:
            given["kind"] = next(places).selectbox(
                words.say("audit.kind"),
                KINDS,
                index=KINDS.index(held["kind"]) if held["kind"] in KINDS else None,
                format_func=lambda one: audit_acts.kind_name(book, one),
                placeholder=words.say("shared.all"),
            )
            given["item"] = next(places).text_input(
                words.say("audit.item"), held["item"], max_chars=forms.LONGEST_LINE
            )
        is_sent = st.form_submit_button(words.say("audit.ask"), type="primary")
    if is_sent:
        wanted = {name: str(value).strip() for name, value in given.items() if value}
        for name in (*_ASKED, "before"):
            st.query_params.pop(name, None)
        controls.go(**wanted)
    known = {"action": actions, "kind": KINDS if sees_all else ()}
    said = {name: held[name] if name not in known or held[name] in known[name] else "" for name in _ASKED[2:]}
    return Asked(_day(held["since"]), _day(held["until"]), **said)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _list(book: Book, found: list[Act], asked: Asked) -> None:
    words, sees_all = book.words, audit.sees_all(book.actor)
    names = ["sequence", "moment", "account", "role", "action", "kind"]
    names += ["item", "unit", "purpose"] if sees_all else []
    kinds = {
        "sequence": "id",
        "moment": "short",
        "account": "short",
        "role": "short",
        "item": "mono",
        "purpose": "long",
    }
    columns = [Column(name, words.say(f"audit.{name}"), kinds.get(name, "text")) for name in names]  # type: ignore[arg-type]
    units = book.read("units", accounts.units) if sees_all else {}
    lines = (
        f"{words.say('shared.product')} · {words.say('audit.title')}",
        *(f"{words.say(f'audit.{name}')}: {value}" for name, value in asked.told().items()),
        words.say("audit.stamp_acts", first=number(found[-1].sequence), last=number(found[0].sequence)),
        words.say("shared.stamp_taken", moment=clocks.now().strftime("%Y-%m-%d %H:%M:%S")),
    )
    table(
        words, "audit", words.say("audit.acts"), columns, [audit_acts.row(book, one, units) for one in found],
        on_pick=(lambda key: controls.pick("entry", key)) if sees_all else None,
        export=Export(f"audit-{found[-1].sequence}-{found[0].sequence}.csv", lines), page=audit.PAGE,
    )  # fmt: skip
