"""The front door: which pages there are, in which language, and the server that they run on.

`streamlit run dashboard.py` serves `app`; Streamlit then runs this same file for every visitor. It must hold no
query, no number and no colour.
"""

from __future__ import annotations

import streamlit as st

from pages import (
    data_health,
    overview,
    portraits,
    standards,
    trends,
    wall_scenes,
    warnings,
)
from pages.parts import controls, frame, navigation, sidebar, theme, visitor

PAGES = {  # an address is never a file name of pages/: Streamlit would run that file by itself
    "group_manage": [
        ("overview", overview.show, "home"),
        ("portraits", portraits.show, "portrait"),
        ("warnings", warnings.show, "alerts"),
        ("trends", trends.show, "trend"),
        ("standards", standards.show, "running"),
    ],
    "group_analyse": [
        ("health", data_health.show, "data-health"),
    ],
}


def main() -> None:
    """Choose the language, offer the pages, run the one that is open."""
    words = controls.words()
    st.set_page_config(page_title=words.say("shared.product"), layout="wide")
    st.html(theme.document_language(words.language), unsafe_allow_javascript=True)
    visitor.greet(words)
    groups = navigation.offer(words, PAGES)
    wall = st.Page(
        wall_scenes.show, title=words.say("wall.title"), url_path="wall-scenes", visibility="hidden"
    )
    hidden = [wall] if visitor.may_open("wall") else []
    every = [page for pages in groups.values() for page in pages]
    if not [*every, *hidden]:
        visitor.turn_away(words)
    here = st.navigation([*every, *hidden], position="hidden")
    if here == wall:  # a bare picture for the shell of a display: no navigation, and a look of its own
        wall.run()
        return
    if not every:
        visitor.turn_away(words)
    st.html(theme.style(words.say("shared.skip")))
    navigation.enter(here)
    sidebar.show(words, groups, here)
    frame.run(here.run, words)


if __name__ == "__main__":
    main()
else:
    from pages.parts import server

    app = st.App(__file__, routes=server.ROUTES, middleware=server.MIDDLEWARE)
