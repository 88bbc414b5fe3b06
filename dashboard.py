"""The front door: which pages there are, in which language, and the server that they run on.

`streamlit run dashboard.py` serves `app`; Streamlit then runs this same file for every visitor. It must hold no
query, no number and no colour.
"""

from __future__ import annotations

import streamlit as st

from pages import contents, wall_scenes
from pages.parts import address, controls, frame, navigation, sidebar, theme, welcome


def main() -> None:
    """Choose the language, offer the pages, run the one that is open."""
    address.catch_up()
    words = controls.words()
    st.set_page_config(page_title=words.say("shared.product"), layout="wide")
    st.html(theme.document_language(words.language), unsafe_allow_javascript=True)
    welcome.greet(words)
    groups, closed = navigation.offer(words, contents.PAGES)
    hidden = navigation.hidden(groups, words, wall_scenes.show)
    offered = navigation.every(groups, [*hidden, *closed])
    here = st.navigation(offered + navigation.astray(offered, words), position="hidden")
    if here in hidden:
        here.run()
        return
    address.show_address()
    st.html(theme.style(words.say("shared.skip"), words.say("shared.choose_file")))
    sidebar.show(words, groups, here)
    frame.run(here.run, words)


if __name__ == "__main__":
    main()
else:
    from pages.parts import server

    app = st.App(__file__, routes=server.ROUTES, middleware=server.MIDDLEWARE, lifespan=server.started)
