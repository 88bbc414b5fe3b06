"""A bare Streamlit page that shows what one of ours does, from ready data: what ours is measured against.

`streamlit run bench/bare_page.py -- FOLDER` shows what bench/pages.py has put into FOLDER/NAME.json under `?page=NAME`.
It computes nothing, has no look of its own, and must not import anything of ours.
"""

from __future__ import annotations

import json
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.io
import streamlit as st

numbers = count()
IMAGE = "data:image"


def show(elements: list[dict[str, Any]]) -> None:
    """The elements, in their order."""
    columns = [one["weight"] for one in elements if one["kind"] == "column"]
    places = iter(st.columns(columns) if columns else ())
    for one in elements:
        if one["kind"] == "column":
            with next(places):
                show(one["inside"])
        elif any(part["kind"] == "column" for part in one.get("inside", ())):
            show(one["inside"])  # the row that columns stand in is their own
        elif "inside" in one:
            with block(one):
                show(one["inside"])
        else:
            element(one, f"element_{next(numbers)}")


def block(one: dict[str, Any]) -> Any:
    """A container, form, popover or expander."""
    if one["kind"] == "form":
        return st.form(f"form_{next(numbers)}")
    if one["kind"] == "popover":
        return st.popover(one["label"])
    if one["kind"] == "expander":
        return st.expander(one["label"])
    return st.container(horizontal=one["is_row"])


def element(one: dict[str, Any], key: str) -> None:
    """One element."""
    kind = one["kind"]
    if kind == "html":
        st.html(one["body"])
    elif kind == "plotly_chart":
        figure = plotly.io.from_json(one["spec"], skip_invalid=True)
        st.plotly_chart(figure, theme=None, key=key, on_select="rerun" if one["is_picked"] else "ignore")
    elif kind == "table":
        frame = pd.DataFrame(one["rows"])
        images = [name for name in frame if frame[name].str.startswith(IMAGE).any()]
        st.dataframe(frame, column_config={name: st.column_config.ImageColumn() for name in images})
    elif kind == "page_link":
        st.page_link(f"http://localhost/{one['page']}", label=one["label"])
    elif kind == "button_group":
        chosen = [one["options"][index] for index in one["default"]]
        st.segmented_control(one["label"], one["options"], default=chosen, key=key)
    elif kind == "selectbox":
        st.selectbox(one["label"], one["options"], index=one["default"], key=key)
    elif kind == "multiselect":
        st.multiselect(one["label"], one["options"], key=key)
    elif kind == "download_button":
        st.download_button(one["label"], b"", disabled=one["disabled"], key=key)
    elif kind == "button":
        (st.form_submit_button if one["is_submit"] else st.button)(one["label"], key=key)
    else:
        getattr(st, kind)(one["label"], key=key)


ready = json.loads((Path(sys.argv[1]) / f"{st.query_params['page']}.json").read_text(encoding="utf-8"))
st.set_page_config(layout="wide")
with st.sidebar:
    show(ready["sidebar"])
show(ready["main"])
