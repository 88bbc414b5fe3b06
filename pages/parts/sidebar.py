"""The navigation: the pages that this person gets, in groups, each link carrying the language and the filters.

It exists because a link between pages must keep what the URL says. It must not decide who may see a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from pages.parts import controls, navigation, welcome
from pages.parts.words import Words


def show(words: Words, groups: Mapping[str, Sequence[st.Page]], here: st.Page) -> None:
    """The brand, then each group with its pages; the open page is marked, and remembered for links."""
    navigation.enter(here)
    with st.sidebar:
        st.html(f'<p class="brand">{escape(words.say("shared.product"))}</p>')
        for group, pages in groups.items():
            st.html(f'<p class="nav-group">{escape(group)}</p>')
            for page in pages:
                key = "nav_here" if page.url_path == here.url_path else f"nav_{page.url_path or 'home'}"
                with st.container(key=key):
                    st.page_link(page, label=page.title, query_params=controls.carried(), width="stretch")
        welcome.signed(words)
