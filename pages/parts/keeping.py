"""Working with the ledger from a page: reading with what was last read at hand, and forms that keep what was typed.

Where the ledger cannot be reached, a page shows what it read last and says so, so that a form stands and nothing typed
is lost. It must not decide: policy, flows and rules are the ledger's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ledger import attachments
from ledger.flow import Flow, Move
from ledger.schema import Account, Attachment, now
from ledger.storage import Ledger
from ledger.trail import Recorder
from model import policy
from model.policy import Actor, RefusedError
from pages.parts import forms, panels, visitor
from pages.parts.words import Words, capital, literally, number

LOG = logging.getLogger(__name__)
Result = TypeVar("Result")
Choices = Mapping[str, Mapping[str, str]]
"""What can be chosen in a field: field → code → label."""
_FAR = timedelta(days=730)
_HIGHEST = 100


@dataclass(frozen=True)
class Book:
    """The ledger as one person works with it."""

    ledger: Ledger
    actor: Actor
    words: Words

    def read(self, key: str, ask: Callable[[Session], Result]) -> Result:
        """What the ledger says; what it said last where it cannot be reached. That it cannot is told."""
        place = f"ledger_{self.actor.account}_{key}"
        try:
            with self.ledger.read() as session:
                found = ask(session)
        except (SQLAlchemyError, OSError):
            LOG.exception("the ledger could not be read")
            st.html(
                panels.message(
                    self.words.say("handling.unreachable"), self.words.say("handling.unreachable_text")
                )
            )
            if place not in st.session_state:
                st.stop()
            last: Result = st.session_state[place]
            return last
        st.session_state[place] = found
        return found

    def write(self, act: Callable[[Recorder], object], then: Callable[[], None] = lambda: None) -> bool:
        """Do one act; whether it is done. Why not is told, what was typed stays. `then` comes before any telling."""

        def written() -> bool:
            with self.ledger.write(self.actor) as recorder:
                act(recorder)
            then()
            return True

        if not self.attempt(written):
            return False
        st.toast(self.words.say("handling.saved"))
        return True

    def send(self, place: str, act: Callable[[Recorder], object]) -> None:
        """Do the act of the form at a place; once it is done the page is drawn again, with that form blank."""
        if self.write(act, forms.counting(place)):
            st.rerun()

    def attempt(self, act: Callable[[], Result]) -> Result | None:
        """What an act that writes by itself gives; None where it is not done, and why is told."""
        try:
            return act()
        except RefusedError as refusal:
            _tell(self.words.say("handling.refused"), self.words.pick(refusal.zh, refusal.en))
        except (SQLAlchemyError, OSError):
            LOG.exception("the ledger could not be written")
            _tell(self.words.say("handling.unsaved"), self.words.say("handling.unsaved_text"))
        return None


def open_book(words: Words, actor: Actor) -> Book:
    """The ledger of this installation, for this person."""
    return Book(visitor.ledger(), actor, words)


def _tell(heading: str, text: str) -> None:
    st.html(panels.message(heading, text, failing=True))


def move_form(
    book: Book,
    flow: Flow,
    moves: Sequence[Move],
    place: str,
    revision: int,
    choices: Choices,
    act: Callable[[str, dict[str, Any], int], Callable[[Recorder], object]],
) -> None:
    """The moves that are possible, one chosen, its fields, and the button. `revision` is of what is moved.

    A move that was sent and is no longer possible stands once more, so that it is told why, with what was typed.
    """
    words, key = book.words, forms.key_of(place)
    sent = [move for move in flow.moves.values() if st.session_state.get(f"send_{key}_{move.id}")]
    named = {move.id: move for move in moves}
    named |= {move.id: move for move in sent if move.id not in named}
    if not named:
        st.html(panels.note(words.say("handling.no_moves")))
        return
    chosen = st.segmented_control(
        words.say("handling.move"),
        list(named),
        format_func=lambda one: titled(words, named[one].label.zh, named[one].label.en),
        default=next(iter(named)),
        required=True,
        key=f"move_{key}",
        label_visibility="collapsed",
    )
    move = named[str(chosen)]
    with st.form(f"form_{key}_{move.id}", border=False):
        given = {
            name: field(book, name, flow.rest["field"][name], f"{key}_{move.id}", choices, name in move.needs)
            for name in (*move.needs, *move.offers)
        }
        label = titled(words, move.label.zh, move.label.en)
        is_sent = st.form_submit_button(label, type="primary", key=f"send_{key}_{move.id}")
    if is_sent:
        book.send(place, act(move.id, given, forms.seen(place, revision)))
    forms.show(place, revision)


def field(
    book: Book, name: str, label: Mapping[str, str], key: str, choices: Choices, is_needed: bool
) -> Any:
    """One field, by what it holds: a choice, a date, a number or words. A blank one is None."""
    words = book.words
    said = titled(words, label["zh"], label["en"])
    said = said if is_needed else words.say("handling.optional", field=said)
    place = f"field_{key}_{name}"
    if name in choices:
        options = choices[name]
        return st.selectbox(
            said, list(options), index=None, format_func=lambda one: options[one], key=choice_key(words, place),
            placeholder=words.say("handling.choose"),
        )  # fmt: skip
    if name.endswith(("_on", "_by")):
        today = now().date()
        return st.date_input(
            said, value=None, min_value=today - _FAR, max_value=today + _FAR, key=place, format="YYYY-MM-DD"
        )
    if name in ("score", "issue_count"):
        return st.number_input(said, value=None, min_value=0, max_value=_HIGHEST, step=1, key=place)
    if name in ("text", "need", "task", "answer"):
        return st.text_area(said, key=place, height=96, max_chars=forms.LONGEST_TEXT).strip() or None
    return st.text_input(said, key=place, max_chars=forms.LONGEST_LINE).strip() or None


def choice_key(words: Words, place: str) -> str:
    """The key of a list to choose from in a form: in another language it is open again.

    The browser holds a choice of a form as it reads, which is none of the options in the other language.
    """
    return f"{place}_{words.language}"


def tell_needed(words: Words, field: str) -> None:
    """Tell that nothing was done, since this was left blank."""
    _tell(words.say("handling.refused"), words.say("handling.needed", field=field))


def people(book: Book, key: str, ask: Callable[[Session], Sequence[Account]]) -> dict[str, str]:
    """Accounts that something can be given to, each with its role; without sign-in there is oneself alone."""
    words, roles = book.words, policy.declared().roles
    if book.actor.role == policy.SINGLE_USER:
        return {book.actor.account: words.say("handling.myself")}
    found = book.read(key, ask)
    return {one.name: f"{one.name} · {words.pick(roles[one.role].zh, roles[one.role].en)}" for one in found}


def files(book: Book, kind: str, key: str) -> list[Attachment]:
    """The files of something, each to be taken."""
    words = book.words
    held = book.read(f"files_{key}", lambda session: attachments.of(session, _OWNERS.get(kind, kind), key))
    for one in held:
        st.download_button(
            words.say("handling.file", name=literally(one.file_name), size=number(max(one.size_bytes // 1000, 1))),
            data=partial(_content, book, one, visitor.lasting()), file_name=one.file_name, mime=one.media_type,
            key=f"file_{one.attachment_id}", type="tertiary",
        )  # fmt: skip
    return held


def attach_form(
    book: Book, kind: str, key: str, act: Callable[[str, bytes], Callable[[Recorder], object]]
) -> None:
    """The form that adds a file to something; the files that are there stand above it."""
    words, place = book.words, f"attach_{key}"
    files(book, kind, key)
    with st.form(forms.key_of(place), border=False):
        limit = attachments.limits()["size"]["bytes"] // 1_000_000
        label = words.say("handling.attach")
        sent = st.file_uploader(label, label_visibility="collapsed", max_upload_size=limit)
        is_sent = st.form_submit_button(label)
    if is_sent and sent is not None:
        book.send(place, act(sent.name, sent.getvalue()))
    elif is_sent:
        tell_needed(words, words.say("handling.files"))


_OWNERS = {"tasks": "task", "honours": "honour", "assessments": "assessment"}


def _content(book: Book, one: Attachment, require_session: Callable[[], None]) -> bytes:
    """The bytes of a file as it is taken: past the page, where nothing of a session may be asked or kept."""
    require_session()
    with book.ledger.read() as session:
        return attachments.content(session, one)


def titled(words: Words, zh: str, en: str) -> str:
    """A declared name where a line begins with it."""
    return words.pick(zh, capital(en))


def moment(when: datetime | date | None) -> str:
    """A moment as it is written in lists."""
    if when is None:
        return ""
    return when.strftime("%Y-%m-%d %H:%M" if isinstance(when, datetime) else "%Y-%m-%d")
