"""Puts a finished document of HTML and SVG on a page as it is.

It exists because Streamlit's own HTML element takes SVG out. What it is given must be escaped: the wall's blocks and
pictures are. It must not change anything.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """export default ({ data, parentElement }) => {
  const shown = parentElement.querySelector(".wall-document") || document.createElement("div");
  shown.className = "wall-document";
  shown.innerHTML = data;
  parentElement.append(shown);
};"""

_component = st.components.v2.component("integrity_wall", js=_SCRIPT, isolate_styles=False)


def show(content: str) -> None:
    """The document, as the one element of the page."""
    _component(key="wall", data=content)
