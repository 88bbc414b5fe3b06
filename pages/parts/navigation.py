"""Which pages this person gets, under which name each is linked to, and how one page leads to another.

It exists so that a link from page to page keeps what the URL says, and so that a page to come is one line in
pages/contents.py. Whose a page is, policy decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast
from urllib.parse import unquote, urlencode, urlsplit

import streamlit as st

from pages.parts import controls, frame, visitor, welcome
from pages.parts.words import Words

_PAGES, _HERE = "pages", "page_here"
Entry = tuple[str, Callable[[], None], str]
"""A page: its name, which is also that of its words; what shows it; and its address."""


Groups = dict[str, list[st.Page]]


def offer(words: Words, declared: Mapping[str, Sequence[Entry]]) -> tuple[Groups, list[st.Page]]:
    """This person's pages by the title of their group, and those beside them: what is not theirs says so.

    The very first declared opens without an address. Each page asks policy again whenever it runs.
    """
    first, who = next(name for entries in declared.values() for name, *_ in entries), visitor.actor()
    pages: dict[str, st.Page] = {}
    groups: Groups = {}
    closed = []
    for group, entries in declared.items():
        for name, show, address in entries:
            title, guarded = words.say(f"{name}.title"), _guarded(name, show)
            is_first = name == first
            if not visitor.opens(who, name):
                closed.append(st.Page(guarded, title=title, url_path=address, visibility="hidden"))
                continue
            pages[name] = st.Page(
                guarded, title=title, url_path="" if is_first else address, default=is_first
            )
            if is_first:  # whoever asks for it by its address finds it too
                closed.append(
                    st.Page(_leading(pages[name]), title=title, url_path=address, visibility="hidden")
                )
            groups.setdefault(words.say(f"shared.{group}"), []).append(pages[name])
    st.session_state[_PAGES] = pages
    return groups, closed


def _guarded(name: str, show: Callable[[], None]) -> Callable[[], None]:
    def opened() -> None:
        visitor.require(name)
        show()

    return opened


def _leading(page: st.Page) -> Callable[[], None]:
    """What leads on to a page, with all that the address says."""
    return lambda: st.switch_page(page, query_params=dict(st.query_params))


def hidden(groups: Groups, words: Words, wall: Callable[[], None]) -> list[st.Page]:
    """The pages without the pages' look: the wall's bare picture, and what leads on where the first is not theirs.

    Streamlit knows the page that opens without an address by no other one, so no other page can take its place.
    """
    pages = every(groups)

    def lead() -> None:
        if not pages:
            welcome.turn_away(words)
        _leading(pages[0])()

    title = words.say("shared.product")
    has_first = any(page.url_path == "" for page in pages)
    found = (
        [] if has_first else [st.Page(lead, title=title, url_path="start", default=True, visibility="hidden")]
    )
    if visitor.may_open("wall") or visitor.may_open("public_wall"):  # which sites, the wall asks itself
        found.append(
            st.Page(wall, title=words.say("wall.title"), url_path="wall-scenes", visibility="hidden")
        )
    return found


def every(groups: Mapping[str, Sequence[st.Page]], hidden: Sequence[st.Page] = ()) -> list[st.Page]:
    """All pages, in their order."""
    return [*(page for pages in groups.values() for page in pages), *hidden]


def astray(offered: Sequence[st.Page], words: Words) -> list[st.Page]:
    """A page at the address that was asked for, where none that this person gets is there.

    Streamlit would open the first page in its place, and say so in its own words, in English.
    """
    asked = unquote(urlsplit(st.context.url or "").path).rsplit("/", 1)[-1]
    if not asked or asked in {page.url_path for page in offered}:
        return []
    title = words.say("shared.astray_title")
    return [st.Page(lambda: frame.astray(words), title=title, url_path=asked, visibility="hidden")]


def enter(here: st.Page) -> None:
    """Remember which page is open."""
    st.session_state[_HERE] = here


def here() -> st.Page:
    """The page that is open."""
    return cast(st.Page, st.session_state[_HERE])


def has(name: str) -> bool:
    """Whether this person gets the page of this name."""
    return name in st.session_state[_PAGES]


def address(name: str, **changed: str) -> str:
    """Where a page stands, relative to any other, with the filters that links carry and some changed."""
    query = urlencode(controls.carried(**changed))
    return f"./{st.session_state[_PAGES][name].url_path}" + (f"?{query}" if query else "")


def link(name: str, label: str, **changed: str) -> None:
    """A link to a page, filters carried along."""
    st.page_link(st.session_state[_PAGES][name], label=label, query_params=controls.carried(**changed))


def follow(name: str, **changed: str) -> None:
    """Go to a page, filters carried along."""
    st.switch_page(st.session_state[_PAGES][name], query_params=controls.carried(**changed))
