"""The front door: which pages there are, in which language, and the server that they run on.

`streamlit run dashboard.py` serves `app`; Streamlit then runs this same file for every visitor. It must hold no
query, no number and no colour.
"""

from __future__ import annotations

import streamlit as st

from pages import data_health, overview
from pages.parts import controls, frame, sidebar, theme


def main() -> None:
    """Choose the language, offer the pages, run the one that is open."""
    words = controls.words()
    st.set_page_config(page_title=words.say("shared.product"), layout="wide")
    st.html(theme.style(words.say("shared.skip")))
    st.html(theme.document_language(words.language), unsafe_allow_javascript=True)
    groups = {  # an url_path is never a file name of pages/: Streamlit would run that file by itself
        words.say("shared.group_manage"): [
            st.Page(overview.show, title=words.say("overview.title"), url_path="home", default=True)
        ],
        words.say("shared.group_data"): [
            st.Page(data_health.show, title=words.say("health.title"), url_path="data-health")
        ],
    }
    here = st.navigation(groups, position="hidden")
    st.session_state["page_here"] = here
    sidebar.show(words, groups, here)
    frame.run(here.run, words)


if __name__ == "__main__":
    main()
else:
    from pages.parts import server

    app = st.App(__file__, routes=server.ROUTES)
